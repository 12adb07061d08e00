import {
    CalendarQuickCreateFormController,
    QUICK_CREATE_CALENDAR_EVENT_FIELDS,
} from "@calendar/views/calendar_form/calendar_quick_create";
import { patch } from "@web/core/utils/patch";

// “More Options” hands on what was typed: core names the fields, and knows no many2one among them.
Object.assign(QUICK_CREATE_CALENDAR_EVENT_FIELDS, {
    telehealth: { type: "boolean" },
    telehealth_label: { type: "string" },
    telehealth_place: { type: "string" },
    telehealth_modality: { type: "string" },
});

patch(CalendarQuickCreateFormController.prototype, {
    goToFullEvent() {
        const service = this.model.root.data.telehealth_service_id;
        if (service) {
            this.props.context.default_telehealth_service_id = service.id;
        }
        return super.goToFullEvent(...arguments);
    },
});
