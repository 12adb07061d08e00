{
    "name": "A bare route",
    "summary": "What the webhook's route is measured against; installed by the bench alone",
    "version": "19.0.1.0.0",
    "author": "Zoom Telehealth contributors",
    "license": "LGPL-3",
    "depends": ["base"],
    "data": ["ir.model.access.csv"],
}
