import { Component, onWillDestroy, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const CONNECT = "/zoom_telehealth/oauth/connect";
const TROUBLE = "/zoom_telehealth/oauth/trouble";
// The push tells at once; where the websocket is not routed, asking does.
const ASK_MS = 5_000;

/** Asks the server how the user's Zoom connection stands; false for who holds no sessions. */
export function askPill(orm) {
    return orm.silent.call("res.users", "telehealth_pill", []);
}

/**
 * Says before a provider leaves for Zoom what Zoom will ask, and of which account; then waits, says what may stand in
 * the way, and closes by itself when Zoom is connected.
 */
export class ConnectZoomDialog extends Component {
    static template = "zoom_telehealth.ConnectZoomDialog";
    static components = { Dialog };
    static props = { close: Function, pill: [Object, Boolean] };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        const bus = useService("bus_service");
        this.state = useState({ waiting: false, blocked: false });
        this.address = CONNECT;
        const look = () => this.look();
        bus.subscribe("zoom_telehealth.changed", look);
        const asking = setInterval(look, ASK_MS);
        onWillDestroy(() => {
            clearInterval(asking);
            bus.unsubscribe("zoom_telehealth.changed", look);
        });
    }

    /** What may stand in the way, each with its own part of the page that says what to do. */
    get troubles() {
        return [
            ["popup", _t("No tab opened")],
            ["account", _t("Zoom shows somebody else's account")],
            ["back", _t("Zoom did not come back to Odoo")],
            ["blocker", _t("Zoom's page stays empty, or its buttons do nothing")],
            ["password", _t("Zoom does not take the password")],
            ["approval", _t("Zoom asks for an administrator's approval")],
            ["afresh", _t("It worked before and does not any more")],
        ].map(([name, title]) => ({ name, title, address: `${TROUBLE}#${name}` }));
    }

    connect() {
        // Without "noopener", which would hide from us whether the browser let the tab open.
        const tab = window.open(CONNECT, "_blank");
        if (tab) {
            tab.opener = null;
        }
        this.state.blocked = !tab;
        this.state.waiting = true;
    }

    async look() {
        if (!this.state.waiting) {
            return;
        }
        const pill = await askPill(this.orm);
        // Who is connected already connects anew: that shows by the time of it.
        if (pill?.state === "connected" && pill.connected_at !== this.props.pill?.connected_at) {
            this.state.waiting = false;
            this.notification.add(_t("Zoom is connected."), { type: "success" });
            this.props.close();
        }
    }
}

registry.category("actions").add("zoom_telehealth.connect_zoom", async (env) => {
    const pill = await askPill(env.services.orm);
    env.services.dialog.add(ConnectZoomDialog, { pill });
});
