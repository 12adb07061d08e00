import { onWillDestroy } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

/** A sentence about a session that renews itself when the server says that something changed. */
export class TelehealthLiveText extends CharField {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        const renew = () => this.renew();
        bus.subscribe("zoom_telehealth.session_changed", renew);
        onWillDestroy(() => bus.unsubscribe("zoom_telehealth.session_changed", renew));
    }

    async renew() {
        const record = this.props.record;
        // What a person is typing is never taken away.
        if (record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }
}

export const telehealthLiveText = { ...charField, component: TelehealthLiveText };

registry.category("fields").add("telehealth_live_text", telehealthLiveText);
