-- A copy of a database must not use the tokens of the live one: Zoom keeps one live set for each user and app.
DELETE FROM zoom_connection_token;
UPDATE zoom_connection SET state = 'disconnected', reason = NULL WHERE state <> 'disconnected';
UPDATE zoom_connection SET parting_until = NULL, move_asked = NULL;
UPDATE zoom_app SET client_secret = NULL, earlier_client_secret = NULL, webhook_secret = NULL,
                    earlier_webhook_secret = NULL;
-- It has an identity of its own from its first connection on.
DELETE FROM zoom_database_finding;
DELETE FROM zoom_database;
DELETE FROM zoom_delivery;
UPDATE zoom_recording_notice SET body = NULL;
UPDATE res_company SET telehealth_zoom_allowed = false;
-- Its links would still open the living practice's meetings, and its reconciler would move them.
UPDATE zoom_meeting SET join_link = NULL, passcode = NULL, dial_in = NULL, state = 'over'
 WHERE state IN ('wanted', 'live', 'leaving');
UPDATE telehealth_session SET manual_link = NULL WHERE manual_link IS NOT NULL;
DELETE FROM telehealth_video_link;
-- What a look at Zoom found is the living practice's: nobody removes or takes it over from here.
DELETE FROM zoom_stray_meeting;
DELETE FROM zoom_found_meeting;
