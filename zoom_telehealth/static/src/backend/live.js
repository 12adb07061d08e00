import { Component, onWillDestroy, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Renews the form that it stands in when the server says that something changed. Shows nothing itself. */
export class TelehealthLive extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        const bus = useService("bus_service");
        const renew = () => this.renew();
        bus.subscribe("zoom_telehealth.changed", renew);
        onWillDestroy(() => bus.unsubscribe("zoom_telehealth.changed", renew));
    }

    async renew() {
        const record = this.props.record;
        // What a person is typing is never taken away.
        if (record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("telehealth_live", { component: TelehealthLive });
