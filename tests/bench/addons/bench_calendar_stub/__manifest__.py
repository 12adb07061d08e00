{
    "name": "Google and Outlook on this machine",
    "summary": "Sends what google_calendar and microsoft_calendar ask to a stub; installed by tests and benches alone",
    "version": "19.0.1.0.0",
    "author": "Zoom Telehealth contributors",
    "license": "LGPL-3",
    "depends": ["google_calendar", "microsoft_calendar"],
}
