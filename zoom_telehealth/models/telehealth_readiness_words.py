"""What each readiness line says: its title, the sentence to a finding, and the steps that mend it.

Zoom's own words for its pages stand with the pure lines (``zoom.readiness.PLACES``); these are ours, and translatable.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

TITLES = {
    "key": _lt("Key that protects health information"),
    "responsibility": _lt("What the practice answers for"),
    "plan": _lt("Zoom plan"),
    "baa": _lt("Business Associate Agreement (BAA)"),
    "hipaa_mode": _lt("HIPAA settings of the Zoom account"),
    "admin_locks": _lt("Settings locked by the Zoom administrator"),
    "allowed": _lt("Zoom for this practice"),
    "app": _lt("Zoom app"),
    "redirect": _lt("Address to which Zoom sends people back"),
    "credentials": _lt("Client ID and secret"),
    "webhook": _lt("Events from Zoom"),
    "providers": _lt("Providers"),
    "clock": _lt("Server clock"),
    "actions": _lt("Scheduled actions"),
    "mail": _lt("Outgoing mail"),
    "sms": _lt("Text messages"),
    "strays": _lt("Unknown meetings at Zoom"),
    "test": _lt("End-to-end test"),
    "connection": _lt("Zoom connection"),
    "licence": _lt("Zoom licence"),
    "may_host": _lt("May host meetings"),
    "scopes": _lt("Scopes"),
    "scopes_meetings": _lt("Scopes for meetings"),
    "scopes_join_links": _lt("Scopes for personal join links"),
    "scopes_attendance": _lt("Scopes for attendance"),
    "scopes_recordings": _lt("Scopes for recordings and transcripts"),
    "scopes_recording_deletion": _lt("Scopes for the deletion of recordings"),
    "scopes_setup_check": _lt("Scope for the check of settings"),
    "settings": _lt("Settings in Zoom"),
    "cloud_recording": _lt("Cloud recording"),
    "auto_recording": _lt("Automatic recording"),
    "local_recording": _lt("Recording on the own computer"),
    "transcript": _lt("Audio transcript"),
    "link_sharing": _lt("Sharing of recordings by link"),
    "passcode": _lt("Passcode by default"),
    "waiting_room": _lt("Waiting room by default"),
    "join_before_host": _lt("Joining before the host"),
    "chat": _lt("Chats saved by themselves"),
    "e2ee": _lt("End-to-end encryption"),
    "changed": _lt("Changes since a person last looked"),
}

UNTOLD = _lt("Zoom did not tell this setting.")
MISSING_SCOPES = _lt("The connection lacks %(scopes)s: this feature does not work, all others do.")

SENTENCES = {
    ("key", "good"): _lt("This server has a key, and protected texts are encrypted with it."),
    ("key", "missing"): _lt("This server has no usable key: nothing that needs protection can be saved."),
    ("key", "weak"): _lt("The key in odoo.conf can be guessed: it is not made of random bytes."),
    ("key", "trial"): _lt(
        "This server is set up for trying out: its Zoom, its clock and so its key are not the real ones."
    ),
    ("responsibility", "acknowledged"): _lt(
        "%(by)s acknowledged on %(date)s that the practice answers for its Zoom account, its BAA and its settings."
    ),
    ("responsibility", "missing"): _lt(
        "Nobody has acknowledged yet that the practice answers for its Zoom account, its BAA and its settings."
    ),
    ("plan", "can_sign"): _lt("%(plan)s, attested by %(by)s on %(date)s. Zoom signs BAAs with customers of this plan."),
    ("plan", "cannot_sign"): _lt("%(plan)s, attested by %(by)s on %(date)s. Zoom signs no BAA for this plan."),
    ("plan", "below_business"): _lt(
        "%(plan)s, attested by %(by)s on %(date)s. This practice asks for Business at least, so nobody can connect."
    ),
    ("plan", "missing"): _lt("No API tells a plan's name, and nobody has attested it."),
    ("baa", "signed"): _lt("Signed, attested by %(by)s on %(date)s, and the paper is here."),
    ("baa", "renew"): _lt("Attested by %(by)s on %(date)s; it is to be renewed by %(until)s."),
    ("baa", "expired"): _lt("Attested by %(by)s on %(date)s, and due for renewal since %(until)s."),
    ("baa", "no_document"): _lt("Attested by %(by)s on %(date)s, but the signed paper is not here."),
    ("baa", "requested"): _lt("Requested from Zoom on %(date)s; it answers in 1–2 business days."),
    ("baa", "missing"): _lt("No API can say whether a BAA is signed, and nobody has attested it."),
    ("hipaa_mode", "attested"): _lt("Attested by %(by)s on %(date)s. No API can say it."),
    ("hipaa_mode", "expired"): _lt("Attested by %(by)s on %(date)s, and due to be looked at again."),
    ("hipaa_mode", "missing"): _lt("No API can say how the account is set up for HIPAA, and nobody has attested it."),
    ("admin_locks", "attested"): _lt(
        "Attested by %(by)s on %(date)s: the settings below are locked for everybody in the account."
    ),
    ("admin_locks", "expired"): _lt("Attested by %(by)s on %(date)s, and due to be looked at again."),
    ("admin_locks", "missing"): _lt(
        "Odoo cannot see whether the Zoom administrator locked the settings, so a person may change them any time."
    ),
    ("allowed", "allowed"): _lt("This practice holds sessions on Zoom."),
    ("allowed", "off"): _lt("Zoom is switched off for this practice: sessions get no meeting."),
    ("app", "entered"): _lt("The practice's Zoom app is entered."),
    ("app", "no_secret"): _lt("A Zoom app is entered without its Client secret."),
    ("app", "none"): _lt("No Zoom app is entered, so nobody can connect."),
    ("redirect", "reached"): _lt("%(address)s: people, or Zoom itself, came in by this server's address."),
    ("redirect", "unproven"): _lt("%(address)s: nobody has come back from Zoom by it yet."),
    ("redirect", "not_https"): _lt("%(address)s: Zoom sends people back over https alone."),
    ("credentials", "accepted"): _lt("Zoom accepted them when a connection was last tried."),
    ("credentials", "refused"): _lt("Zoom refuses them: no connection can be renewed."),
    ("credentials", "untried"): _lt("They show whether they are right when the first provider connects."),
    ("webhook", "good"): _lt("Zoom checked the address. Last event: %(last)s."),
    ("webhook", "bad"): _lt("Events do not arrive as they should. Last event: %(last)s."),
    ("webhook", "waiting"): _lt("Zoom has not checked the address yet."),
    ("webhook", "off"): _lt(
        "Not set up: Odoo asks Zoom instead, so that the start and end of a session are seen later."
    ),
    ("providers", "all"): _lt("%(connected)s of %(providers)s providers are connected."),
    ("providers", "some"): _lt("%(connected)s of %(providers)s providers are connected."),
    ("providers", "nobody"): _lt("None of %(providers)s providers is connected."),
    ("clock", "right"): _lt("It agrees with Zoom's (%(seconds)s s)."),
    ("clock", "off"): _lt(
        "It differs from Zoom's by %(seconds)s s. Zoom's events count as forged from five minutes on."
    ),
    ("clock", "unknown"): _lt("It is held against Zoom's once a provider is connected."),
    ("actions", "running"): _lt("They run in time."),
    ("actions", "stopped"): _lt("These do not run: %(names)s."),
    ("mail", "able"): _lt("A mail server is set up, and no mail failed lately."),
    ("mail", "failing"): _lt("Mails failed in the last day: invitations and alerts may not arrive."),
    ("mail", "none"): _lt("No mail server is set up: nobody gets an invitation or an alert."),
    ("sms", "absent"): _lt("This database sends no text messages."),
    ("sms", "able"): _lt("No text message failed lately."),
    ("sms", "failing"): _lt("Text messages failed in the last day."),
    ("strays", "none"): _lt("Zoom lists no meeting of this practice's that is unknown here."),
    ("strays", "some"): _lt(
        "Zoom lists %(count)s coming meetings with this practice's mark that no session here knows."
    ),
    ("test", "passed"): _lt("The last one passed."),
    ("test", "failed"): _lt("The last one failed."),
    ("test", "old"): _lt("The last one passed, more than 30 days ago."),
    ("test", "never"): _lt("It was never run."),
    ("connection", "connected"): _lt("Connected."),
    ("connection", "none"): _lt("Not connected."),
    ("connection", "misconfigured"): _lt("Zoom refuses the Zoom app's Client ID and secret."),
    ("connection", "reconnect_needed"): _lt("It no longer works: coming sessions have no video."),
    ("connection", "revoked"): _lt("The app was removed in Zoom: coming sessions have no video."),
    ("licence", "licensed"): _lt("Licensed."),
    ("licence", "basic"): _lt("Basic: Zoom ends meetings after 40 minutes, and records nothing in the cloud."),
    ("licence", "unknown"): _lt("Zoom tells no licence for this user."),
    ("licence", "below_licensed"): _lt("This practice asks for a licence, and this Zoom user has none."),
    ("licence", "below_business"): _lt(
        "This practice asks for Business at least: a licence is missing, or nobody has attested the plan."
    ),
    ("may_host", "may"): _lt("Zoom lets this user host meetings."),
    ("may_host", "refused"): _lt("Zoom refused a meeting because this user may not host (code 3161)."),
    ("may_host", "no_licence"): _lt("This user belongs to the account without a licence or a role that may host."),
    ("may_host", "unknown"): _lt("Zoom does not tell whether this user may host."),
    ("scopes", "all"): _lt("Every feature that is switched on has the scopes it needs."),
    ("settings", "unseen_scope"): _lt(
        "They cannot be seen: the scope user:read:settings was not granted. Everything else works without it."
    ),
    ("settings", "unseen_off"): _lt(
        "They are not looked at: “Check settings in Zoom” is switched off for this practice."
    ),
    ("settings", "unseen_trouble"): _lt("They cannot be seen: Zoom could not be asked yet."),
    ("cloud_recording", "on"): _lt("On."),
    ("cloud_recording", "off"): _lt("Off: sessions cannot be recorded, so there is no transcript and no draft."),
    ("cloud_recording", "not_needed"): _lt("Not needed: this practice does not record."),
    ("auto_recording", "none"): _lt("Off: a recording begins when the provider starts it."),
    ("auto_recording", "cloud"): _lt("Every meeting of this user is recorded in the cloud, private ones too."),
    ("auto_recording", "local"): _lt(
        "Every meeting of this user is recorded on their computer, where nobody protects it."
    ),
    ("auto_recording", "cloud_before_consent"): _lt(
        "Every meeting of this user is recorded in the cloud from its start, before anybody can consent."
    ),
    ("auto_recording", "local_before_consent"): _lt(
        "Every meeting of this user is recorded on their computer from its start, before anybody can consent."
    ),
    ("local_recording", "off"): _lt("Off."),
    ("local_recording", "on"): _lt(
        "On: a session could be recorded on the provider's computer, where nobody protects it."
    ),
    ("transcript", "on"): _lt("On."),
    ("transcript", "off"): _lt("Off: recordings come without a transcript, so nothing can be drafted."),
    ("transcript", "not_needed"): _lt("Not needed: this practice does not record."),
    ("link_sharing", "per_recording"): _lt(
        "No setting tells it, and Odoo does not switch it off yet: do so in Zoom, for each recording."
    ),
    ("link_sharing", "no_scope"): _lt(
        "No setting tells it, and without %(scopes)s Odoo cannot switch it off for each recording."
    ),
    ("link_sharing", "not_needed"): _lt("Not needed: this practice does not record."),
    ("passcode", "on"): _lt("On."),
    ("passcode", "off"): _lt("Off for this user's own meetings. Those that Odoo makes have a passcode all the same."),
    ("waiting_room", "on"): _lt("On."),
    ("waiting_room", "off"): _lt("Off for this user's own meetings. Odoo asks for a waiting room in those it makes."),
    ("join_before_host", "off"): _lt("Off."),
    ("join_before_host", "on"): _lt("On for this user's own meetings. Odoo asks for the opposite in those it makes."),
    ("chat", "off"): _lt("Off."),
    ("chat", "on"): _lt("On: what is written in a session is saved on the provider's computer."),
    ("e2ee", "off"): _lt("Off: Zoom's usual encryption is in force, which lets it record."),
    ("e2ee", "allowed"): _lt(
        "Allowed, and not the default: Zoom's usual encryption is in force, which lets it record."
    ),
    ("e2ee", "default"): _lt("The default. It is no obstacle, since this practice does not record."),
    ("e2ee", "in_the_way"): _lt("The default: such meetings cannot be recorded in the cloud."),
    ("changed", "same"): _lt("None."),
    ("changed", "changed"): _lt("Changed in Zoom: %(settings)s."),
}

# What mends a line that is not green. The place in Zoom is shown beside it.
STEPS = {
    "key": _lt(
        "Make a key with “openssl rand -base64 32”, write it into odoo.conf as zoom_telehealth_key, and restart Odoo."
    ),
    "responsibility": _lt("Choose “Attest” and read what the practice answers for."),
    "plan": _lt("Look the plan up in Zoom's billing page, then choose “Attest”."),
    "baa": _lt(
        "Send Zoom the mail behind “Text to send”, then choose “Attest” to note the request, and once more with the "
        "signed paper."
    ),
    "hipaa_mode": _lt("Go through the account's settings with the Zoom administrator, then choose “Attest”."),
    "admin_locks": _lt("Ask the Zoom administrator to lock these settings, by “Text to send”, then choose “Attest”."),
    "allowed": _lt("Switch “Sessions on Zoom” on under Telehealth ▸ Configuration ▸ Settings."),
    "app": _lt(
        "Register an app at Zoom and enter its Client ID and secret under Telehealth ▸ Configuration ▸ Zoom Apps."
    ),
    "redirect": _lt("Put Odoo behind https, and copy this address letter for letter into the app's OAuth allow list."),
    "credentials": _lt(
        "Copy Client ID and secret from Zoom into the app under Telehealth ▸ Configuration ▸ Zoom Apps."
    ),
    "webhook": _lt("Follow the steps on the app's page under Telehealth ▸ Configuration ▸ Zoom Apps."),
    "providers": _lt("Ask them to connect: “My Preferences”, tab “Telehealth”, button “Connect Zoom”."),
    "clock": _lt("Have the server set its clock by the network (NTP)."),
    "actions": _lt("See that Odoo runs with scheduled actions (max_cron_threads), and read its log for their errors."),
    "mail": _lt("Settings ▸ Technical ▸ Outgoing Mail Servers, and Emails for those that failed."),
    "sms": _lt("Settings ▸ Technical ▸ SMS shows why."),
    "strays": _lt(
        "Look at them under Telehealth ▸ Configuration ▸ Unknown Meetings at Zoom: another Odoo of the practice's may "
        "hold them, or they are left over."
    ),
    "test": _lt("Choose “End-to-end test” above."),
    "connection": _lt("“My Preferences”, tab “Telehealth”: connect Zoom."),
    "licence": _lt("A Zoom administrator assigns a licence to this user."),
    "may_host": _lt("A Zoom administrator assigns a licence, or a role that may host."),
    "scopes": _lt("Tick the scopes in the Zoom app; then the provider connects again."),
    "settings": _lt("Tick user:read:settings in the Zoom app; then the provider connects again."),
    "cloud_recording": _lt("Switch it on."),
    "auto_recording": _lt("Switch it off: Odoo asks for a recording where it is wanted."),
    "local_recording": _lt("Switch it off."),
    "transcript": _lt("Switch it on."),
    "link_sharing": _lt("Tick the scope in the Zoom app; then the provider connects again."),
    "passcode": _lt("Switch it on."),
    "waiting_room": _lt("Switch it on."),
    "join_before_host": _lt("Switch it off."),
    "chat": _lt("Switch it off."),
    "e2ee": _lt("Choose enhanced encryption as the default."),
    "changed": _lt("Look at these settings, then choose “I have looked”."),
}

# What a telehealth manager attests, word for word: it is kept with the attestation.
STATEMENTS = {
    "responsibility": _lt(
        "The practice answers for its Zoom account, for the Business Associate Agreement with Zoom, and for the "
        "account's settings. Odoo shows what it can see of them; it replaces none of them."
    ),
    "plan": _lt("The practice's Zoom account is on the plan named here, as Zoom's billing page shows it."),
    "baa": _lt(
        "Zoom and the practice signed a Business Associate Agreement that covers this account, and it is in force."
    ),
    "hipaa_mode": _lt(
        "The Zoom account's settings were gone through and are what the practice's HIPAA policies ask for."
    ),
    "admin_locks": _lt(
        "The Zoom administrator locked for the whole account: waiting room, passcode, no recording on computers, no "
        "automatic recording, no saved chats."
    ),
}
