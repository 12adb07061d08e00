import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { useService } from "@web/core/utils/hooks";

/** A session's popover: Odoo's own, with Accept and Decline where the provider has to answer. */
export class SessionCalendarPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        footer: "zoom_telehealth.SessionCalendarPopover.footer",
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
    }

    get canAnswer() {
        return this.props.record.rawRecord.can_answer;
    }

    async answer(method) {
        await this.orm.call("telehealth.session", method, [[this.props.record.id]]);
        await this.props.model.load();
        this.props.close();
    }
}

export class SessionCalendarCommonRenderer extends CalendarCommonRenderer {
    static components = { ...CalendarCommonRenderer.components, Popover: SessionCalendarPopover };
}

export class SessionCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: SessionCalendarCommonRenderer,
        week: SessionCalendarCommonRenderer,
        month: SessionCalendarCommonRenderer,
    };
}
