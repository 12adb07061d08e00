"""The Zoom simulator of this test run, spoken to over HTTP; where it is stands in ``odoo.conf``."""

import re
from urllib.parse import parse_qs, urlsplit

import requests

from .. import clock, conf
from ..zoom import oauth
from ..zoom.client import ZoomClient
from ..zoom.transport import new_session

PRACTICE_APP = ("SimulatedPracticeApp01", "simulated-practice-secret-0123456789")
PROVIDER_APP = ("SimulatedProviderApp02", "simulated-provider-secret-0123456789")
DANA = "dana.reyes@sunrise-practice.example"
OMAR = "omar.haddad@sunrise-practice.example"
BEA = "bea.basic@sunrise-practice.example"
NORA = "nora.nohost@sunrise-practice.example"
# A Zoom that is not there: the discard port, on which nobody listens.
NOWHERE = "http://127.0.0.1:9"
# Each way in which Zoom may fail to answer: the fault, its keys, and how a page says so.
NO_ANSWERS = (
    ("reset", {}, "Zoom did not answer"),
    ("answer_lost", {}, "Zoom did not answer"),
    ("html", {}, "answer could not be read"),
    ("empty", {}, "answer could not be read"),
    ("status", {"status": 500}, "Zoom has trouble of its own"),
    ("status", {"status": 429}, "Zoom takes no more calls just now"),
)


class Simulator:
    """Its control API, and the consent page as a person would use it."""

    @property
    def url(self):
        return conf.zoom_addresses().zoom_url

    def control(self, method, path, /, **body):
        answer = requests.request(method, f"{self.url}/control/{path}", json=body or None, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def reset(self):
        self.control("POST", "reset")

    def calls(self, *methods, path=""):
        """Return the calls that reached Zoom, oldest first, those of some HTTP methods or with a path alone."""
        return [
            call
            for call in self.control("GET", "calls")["calls"]
            if (not methods or call["method"] in methods) and path in call["path"]
        ]

    def forget_calls(self):
        self.control("DELETE", "calls")

    def fault(self, kind, /, **keys):
        return self.control("POST", "faults", kind=kind, **keys)

    def meetings(self, deleted=False):
        return [one for one in self.control("GET", "state")["meetings"] if deleted or not one["deleted"]]

    def let_back_to(self, redirect_uri, client_id=PRACTICE_APP[0]):
        """Enter an address in the app's allow list, as its owner does on Zoom's page."""
        self.control("POST", "apps", client_id=client_id, redirect_uris=[redirect_uri])

    def decide(self, authorize_url, email=DANA, decision="allow"):
        """Press a button on Zoom's consent page and return the address to which Zoom sends the browser."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
        answer = requests.post(
            f"{self.url}/oauth/authorize",
            data=query | {"user": email, "decision": decision},
            allow_redirects=False,
            timeout=10,
        )
        assert answer.status_code == 302, re.sub(r"\s+", " ", answer.text)[:300]
        return answer.headers["Location"]

    def grant(self, redirect_uri, email=DANA, app=PRACTICE_APP):
        """Consent for an app and return ``(token set, Zoom user)``, as the callback gets them."""
        addresses, pkce = conf.zoom_addresses(), oauth.new_pkce()
        credentials = oauth.AppCredentials(*app)
        self.let_back_to(redirect_uri, app[0])
        back = self.decide(
            oauth.authorize_url(addresses, credentials.client_id, redirect_uri, "a-state", pkce.challenge), email
        )
        code = parse_qs(urlsplit(back).query)["code"][0]
        with new_session() as session:
            token_set = oauth.exchange_code(
                session, addresses, credentials, code, redirect_uri, pkce.verifier, clock.now()
            )
            return token_set, ZoomClient(session, token_set.api_url, token_set.access_token).me()
