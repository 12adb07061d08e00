import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { AttendeeCalendarController } from "@calendar/views/attendee_calendar/attendee_calendar_controller";
import { Dialog } from "@web/core/dialog/dialog";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const CONNECT = "/zoom_telehealth/oauth/connect";

/** Says before a provider leaves for Zoom what Zoom will ask, and of which account; and what to do if no tab opens. */
export class ConnectZoomDialog extends Component {
    static template = "zoom_telehealth.ConnectZoomDialog";
    static components = { Dialog };
    static props = { close: Function, account: [String, Boolean] };

    setup() {
        this.state = useState({ blocked: false });
        this.address = CONNECT;
    }

    connect() {
        // Without "noopener", which would hide from us whether the browser let the tab open.
        const tab = window.open(CONNECT, "_blank");
        if (tab) {
            tab.opener = null;
            this.props.close();
        } else {
            this.state.blocked = true;
        }
    }
}

/** How the provider's Zoom connection stands, in the calendar's header. Renewed when the server says it changed. */
export class ConnectionPill extends Component {
    static template = "zoom_telehealth.ConnectionPill";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.action = useService("action");
        this.state = useState({ pill: null });
        const bus = useService("bus_service");
        const renew = () => this.renew();
        bus.subscribe("zoom_telehealth.changed", renew);
        onWillStart(renew);
        onWillDestroy(() => bus.unsubscribe("zoom_telehealth.changed", renew));
    }

    async renew() {
        this.state.pill = await this.orm.silent.call("res.users", "telehealth_pill", []);
    }

    startNow() {
        return this.action.doAction("zoom_telehealth.action_telehealth_start_now");
    }

    async open() {
        const { state, account } = this.state.pill;
        if (state === "connected" || state === "misconfigured") {
            const preferences = await this.orm.call("res.users", "action_get");
            await this.action.doAction({ ...preferences, res_id: user.userId });
        } else {
            this.dialog.add(ConnectZoomDialog, { account });
        }
    }
}

AttendeeCalendarController.components = { ...AttendeeCalendarController.components, ConnectionPill };
