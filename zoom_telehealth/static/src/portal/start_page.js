import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

// The push comes within milliseconds. Where it cannot reach the page, it asks by itself, ever more seldom.
const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;

/** Waits for a session's Zoom meeting and then goes to Zoom, as the press on Start wanted. */
export class TelehealthStartPage extends Interaction {
    static selector = ".o_telehealth_start";

    setup() {
        this.address = `/telehealth/start/${this.el.dataset.token}`;
        this.services.bus_service.subscribe("zoom_telehealth.changed", () => this.look());
        this.services.bus_service.start();
        this.ask(FIRST_MS);
    }

    ask(wait) {
        this.waitForTimeout(async () => {
            await this.look();
            this.ask(Math.min(wait * 2, LONGEST_MS));
        }, wait);
    }

    async look() {
        let state;
        try {
            const answer = await this.waitFor(fetch(`${this.address}/state`, { credentials: "same-origin" }));
            if (!answer.ok || answer.redirected) {
                return; // Signed out, or the network is away: “Try again” says which.
            }
            state = await this.waitFor(answer.json());
        } catch {
            return;
        }
        if (state.ready) {
            window.location.replace(this.address);
            return;
        }
        if (state.offered !== Boolean(this.el.dataset.offered)) {
            window.location.reload(); // The practice has another way where Zoom does not work, or has none any more.
            return;
        }
        const sentence = this.el.querySelector(".o_telehealth_sentence");
        sentence.textContent = state.sentence;
        sentence.classList.toggle("alert", state.trouble);
        sentence.classList.toggle("alert-warning", state.trouble);
    }
}

registry.category("public.interactions").add("zoom_telehealth.start_page", TelehealthStartPage);
