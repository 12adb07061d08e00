-- A copy of a database must not use the tokens of the live one: Zoom keeps one live set for each user and app.
DELETE FROM zoom_connection_token;
UPDATE zoom_connection SET state = 'disconnected', reason = NULL WHERE state <> 'disconnected';
UPDATE zoom_app SET client_secret = NULL;
UPDATE res_company SET telehealth_zoom_allowed = false;
