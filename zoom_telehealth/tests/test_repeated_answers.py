"""Zoom's answer that reaches us twice, and what is left of it."""

from .connecting_case import ConnectingCase


class TestRepeatedAnswers(ConnectingCase):
    """A browser may ask for one address twice: by Back, or because the first answer never reached it."""

    def setUp(self):
        super().setUp()
        self.back = self.simulator.decide(self.to_zoom())
        self.kept = self.cookies_of_ways()
        self.assertIn("Zoom is connected", self.come_back(self.back))

    def exchanges(self):
        return len(self.simulator.calls(path="/oauth/token"))

    def test_a_repeated_answer_leaves_a_good_connection_alone_and_asks_zoom_nothing(self):
        connection = self.env["zoom.connection"].search([])
        before = self.env["zoom.connection.token"]._of(connection).access_token
        self.assertEqual(self.cookies_of_ways(), [], "a way is used up")
        self.assertIn("Zoom is connected", self.come_back(self.back))
        self.env.invalidate_all()
        self.assertEqual(connection.state, "connected")
        self.assertEqual(self.env["zoom.connection.token"]._of(connection).access_token, before)
        self.assertEqual(self.exchanges(), 1)

    def test_so_does_one_whose_first_answer_was_lost_with_its_cookies(self):
        self.bring_back(self.kept)
        self.assertIn("Zoom is connected", self.come_back(self.back))
        self.assertEqual(self.exchanges(), 1)

    def test_a_used_state_brings_back_nothing_that_was_given_up(self):
        dialog = self.call_kw("res.users", "action_zoom_disconnect", [self.dana.id])
        self.call_kw("zoom.disconnect", "action_disconnect", [dialog["res_id"]])
        self.assertIn("could not be matched", self.come_back(self.back))
        self.bring_back(self.kept)
        page = self.come_back(self.back)
        self.assertIn("answer had expired", page, "Zoom's code is good once")
        self.env.invalidate_all()
        self.assertEqual(self.env["zoom.connection"].search([]).state, "disconnected")
        self.assertEqual(self.zoom_state(self.dana), "none")
