import { Component, onWillDestroy, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

// Who is neither the provider nor a participant gets no push, one may be lost, and a proxy may not route it: so the
// form asks too, often while something is pending and seldom else.
const ASK_WHILE_PENDING_MS = 3_000;
const ASK_MS = 30_000;

/** Renews the form that it stands in while something is pending, and when the server says that something changed. */
export class TelehealthLive extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        const bus = useService("bus_service");
        const renew = () => this.renew();
        bus.subscribe("zoom_telehealth.changed", renew);
        const pending = setInterval(() => this.isPending && this.renew(), ASK_WHILE_PENDING_MS);
        const always = setInterval(renew, ASK_MS);
        onWillDestroy(() => {
            bus.unsubscribe("zoom_telehealth.changed", renew);
            clearInterval(pending);
            clearInterval(always);
        });
    }

    get isPending() {
        const { meeting_status, telehealth_status } = this.props.record.data;
        return (meeting_status || telehealth_status) === "pending";
    }

    async renew() {
        const { model } = this.props.record;
        let root;
        do {
            // A button's own reload may put another record in this one's place meanwhile, read before the change.
            root = model.root;
            // What a person is typing is never taken away.
            if (!root.resId || (await root.isDirty())) {
                return;
            }
            await root.load();
        } while (root !== model.root);
    }
}

registry.category("view_widgets").add("telehealth_live", { component: TelehealthLive });
