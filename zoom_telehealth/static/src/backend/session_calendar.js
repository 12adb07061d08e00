import { onWillStart } from "@odoo/owl";
import { user } from "@web/core/user";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { SearchModel } from "@web/search/search_model";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";
import { SessionCalendarRenderer } from "./session_popover";

/** The sessions' calendar: Odoo's own, with a “New session” button as the other views have one. */
export class SessionCalendarController extends CalendarController {
    setup() {
        super.setup();
        this.actionService = useService("action");
        onWillStart(async () => {
            this.isProvider = await user.hasGroup("zoom_telehealth.group_provider");
        });
    }

    startNow() {
        return this.actionService.doAction("zoom_telehealth.action_telehealth_start_now");
    }

    openNewSession() {
        return this.actionService.doAction(
            { type: "ir.actions.act_window", res_model: "telehealth.session", views: [[false, "form"]] },
            { additionalContext: this.props.context },
        );
    }
}

/** The calendar shows the days that one turns to, past ones too: “Coming” is for the list. */
export class SessionCalendarSearchModel extends SearchModel {
    _getGroups() {
        const coming = Object.values(this.searchItems).find((item) => item.name === "coming");
        return super._getGroups().filter((group) => group.id !== coming?.groupId);
    }
}

registry.category("views").add("telehealth_session_calendar", {
    ...calendarView,
    Controller: SessionCalendarController,
    Renderer: SessionCalendarRenderer,
    SearchModel: SessionCalendarSearchModel,
    buttonTemplate: "zoom_telehealth.SessionCalendar.Buttons",
});
