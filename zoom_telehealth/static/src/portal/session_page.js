import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

// Where the push cannot reach the page (no websocket behind a proxy), the page asks by itself, seldom.
const ASK_EVERY_MS = 30_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Keeps one session's page true: opens the door on time, and asks again when the practice's side changed. */
export class TelehealthSessionPage extends Interaction {
    static selector = ".o_telehealth_session";

    setup() {
        this.services.bus_service.subscribe("zoom_telehealth.changed", () => this.refresh());
        this.services.bus_service.start();
        const seconds = parseInt(this.el.dataset.opensIn);
        if (seconds >= 0) {
            this.waitForTimeout(() => this.refresh(), Math.min((seconds + 1) * 1000, LONGEST_TIMER_MS));
        }
        this.ask();
    }

    ask() {
        this.waitForTimeout(async () => {
            await this.refresh();
            this.ask();
        }, ASK_EVERY_MS);
    }

    /** Replace the status by the server's present one, without moving what the person reads. */
    async refresh() {
        const answer = await this.waitFor(fetch(window.location.href, { credentials: "same-origin" }));
        if (!answer.ok || answer.redirected) {
            return;
        }
        const page = new DOMParser().parseFromString(await this.waitFor(answer.text()), "text/html");
        const now = page.querySelector(".o_telehealth_session [role='status']");
        const shown = this.el.querySelector("[role='status']");
        if (now && shown && now.textContent.trim() !== shown.textContent.trim()) {
            shown.replaceChildren(...now.childNodes);
        }
    }
}

registry.category("public.interactions").add("zoom_telehealth.session_page", TelehealthSessionPage);
