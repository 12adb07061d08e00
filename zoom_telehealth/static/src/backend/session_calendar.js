import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";

/** The sessions' calendar: Odoo's own, with a “New session” button as the other views have one. */
export class SessionCalendarController extends CalendarController {
    setup() {
        super.setup();
        this.actionService = useService("action");
    }

    openNewSession() {
        return this.actionService.doAction(
            { type: "ir.actions.act_window", res_model: "telehealth.session", views: [[false, "form"]] },
            { additionalContext: this.props.context },
        );
    }
}

registry.category("views").add("telehealth_session_calendar", {
    ...calendarView,
    Controller: SessionCalendarController,
    buttonTemplate: "zoom_telehealth.SessionCalendar.Buttons",
});
