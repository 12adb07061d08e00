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
        this.waitForDoor();
        this.ask();
    }

    waitForDoor() {
        const seconds = parseInt(this.el.dataset.opensIn);
        if (seconds >= 0) {
            this.waitForTimeout(() => this.refresh(), Math.min((seconds + 1) * 1000, LONGEST_TIMER_MS));
        }
    }

    ask() {
        this.waitForTimeout(async () => {
            await this.refresh();
            this.ask();
        }, ASK_EVERY_MS);
    }

    /** Show what the server says now; nothing moves where nothing changed. */
    async refresh() {
        let answer;
        try {
            answer = await this.waitFor(fetch(window.location.href, { credentials: "same-origin" }));
        } catch {
            return; // The network is away: what was true last stays, and the next try comes.
        }
        if (answer.redirected) {
            // Signed out meanwhile: the sign-in page says so, and whom to call.
            window.location.reload();
            return;
        }
        if (!answer.ok) {
            return;
        }
        const page = new DOMParser().parseFromString(await this.waitFor(answer.text()), "text/html");
        const now = page.querySelector(this.constructor.selector);
        if (now && now.textContent.trim() !== this.el.textContent.trim()) {
            this.el.dataset.opensIn = now.dataset.opensIn;
            this.el.replaceChildren(...now.childNodes);
            this.waitForDoor();
        }
    }
}

registry.category("public.interactions").add("zoom_telehealth.session_page", TelehealthSessionPage);
