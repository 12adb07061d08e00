import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/**
 * A session's form: Odoo's own, but whoever opens “New session” and turns to another tab has booked nothing.
 *
 * Core then saves what is valid, and a session is so from the first moment: what it must have has a value.
 */
export class SessionFormController extends FormController {
    get isUntouched() {
        return this.model.root.isNew && !this.model.root.dirty;
    }

    beforeVisibilityChange() {
        return this.isUntouched || super.beforeVisibilityChange(...arguments);
    }

    async beforeUnload() {
        return this.isUntouched || super.beforeUnload(...arguments);
    }
}

registry.category("views").add("telehealth_session_form", { ...formView, Controller: SessionFormController });
