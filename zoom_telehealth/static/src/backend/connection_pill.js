import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { AttendeeCalendarController } from "@calendar/views/attendee_calendar/attendee_calendar_controller";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { askPill, ConnectZoomDialog } from "./connect_zoom";

/** The connected Zoom account: whose it is, its licence, when it was seen to work; Refresh now and Disconnect. */
export class ZoomAccountDialog extends Component {
    static template = "zoom_telehealth.ZoomAccountDialog";
    static components = { Dialog };
    static props = { close: Function, pill: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
    }

    async refresh() {
        await this.orm.call("res.users", "action_zoom_verify", [[user.userId]]);
        this.notification.add(_t("Zoom is being asked. The pill follows by itself."));
        this.props.close();
    }

    // Closed after the answer: a dialog that is gone gets none.
    async disconnect() {
        const dialog = await this.orm.call("res.users", "action_zoom_disconnect", [[user.userId]]);
        this.props.close();
        await this.action.doAction(dialog);
    }

    async preferences() {
        const preferences = await this.orm.call("res.users", "action_get");
        this.props.close();
        await this.action.doAction({ ...preferences, res_id: user.userId });
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
        this.state.pill = await askPill(this.orm);
    }

    startNow() {
        return this.action.doAction("zoom_telehealth.action_telehealth_start_now");
    }

    open() {
        const { pill } = this.state;
        const works = ["connected", "misconfigured"].includes(pill.state);
        this.dialog.add(works ? ZoomAccountDialog : ConnectZoomDialog, { pill }, { onClose: () => this.renew() });
    }
}

AttendeeCalendarController.components = { ...AttendeeCalendarController.components, ConnectionPill };
