import pytest, json
from tests.rights.calls import *
from tests.rights.world import world
pytestmark = pytest.mark.django_db
D={"digest": lambda w: w.things["pending"].digest}
def R(m): return Call("POST","review-move",*m)
PAGES=[
 Call("GET","home"),Call("GET","queue"),Call("POST","queue-next"),
 *[Call("GET","review",s) for s in ("pending","claimed","held","conditional","closed")],
 Call("POST","review-verdict","pending",{"verdict":"approve",**D}),
 Call("POST","review-preview","pending",{"verdict":"modify",**D}),
 Call("POST","review-draft","pending",{"verdict":"modify"}),
 *[Call("POST","review-move",o,b,m) for o,m,b in [
  ("pending","claim",{}),("claimed","renew",{}),("claimed","release",{}),("pending","pass",{}),("pending","assign",{"username":"member"}),
  ("pending","escalate",{}),("pending","ask",{"question":"Why?"}),("pending","comment",{"text":"Well"}),("held","undo",{}),("pending","cancel",{}),
  ("closed","overturn",{"verdict_meant":"reject","note":"No"}),("conditional","answer",{"condition":lambda w:str(w.things["condition"].pk),"answer":"confirm"}),("pending","nonsense",{})]],
 Call("GET","preferences"),Call("POST","preferences","",{"theme":"dark","density":"compact","after_decision":"stay"}),
 Call("GET","condition","secret"),Call("POST","condition","secret",{"answer":"confirm"}),
 Call("GET","login"),Call("POST","login","",{"username":"x","password":"y"}),Call("POST","logout"),
 Call("GET","healthz"),Call("GET","readyz"),
]
API=[
 Call("GET","api/v1/"),
 Call("GET","review-list"),Call("POST","review-list","",{"gate":"refund","proposal":{"amount":1},"context":{"order_details":"x","customer_history":"y","refund_reason":"z"}}),
 Call("POST","review-batch","",{"ids":lambda w:[str(w.things["pending"].pk)],"verdict":"reject","reasons":["fraud"]}),
 Call("GET","review-detail"),
 Call("POST","review-decide","pending",{"verdict":"approve"}),
 Call("POST","review-claim"),Call("POST","review-renew","claimed"),Call("POST","review-release","claimed"),Call("POST","review-pass-on"),
 Call("POST","review-assign","pending",{"reviewer":"member"}),Call("POST","review-escalate"),Call("POST","review-ask","pending",{"question":"Why?"}),
 Call("GET","review-comments"),Call("POST","review-comments","pending",{"text":"Well"}),Call("POST","review-undo","held"),Call("POST","review-cancel","pending",{}),
 Call("POST","review-overturn","closed",{"verdict":"reject","note":"No"}),Call("GET","review-wait","closed"),
 Call("POST","condition-api-confirm","condition"),Call("POST","condition-api-deny","condition"),Call("POST","condition-api-confirm","api condition"),Call("POST","condition-api-deny","api condition"),
 Call("GET","gate-list"),Call("GET","gate-detail"),Call("POST","gate-check","",{"proposal":{"amount":1},"context":{"order_details":"x","customer_history":"y","refund_reason":"z"}}),
 Call("GET","schema"),Call("GET","docs"),
]
from django.contrib import admin
ADM=[Call("GET","admin:index"),Call("GET","admin:search"),Call("GET","admin:login"),Call("POST","admin:logout"),Call("GET","admin:password_change"),Call("GET","admin:password_change_done"),Call("GET","admin:autocomplete"),Call("GET","admin:jsi18n"),Call("GET","admin:app_list"),
 Call("GET","admin:auth_user_password_change","user"),
 *[Call("POST","admin:reviews_review_move","pending",{"move":m,"shown":lambda w:f"{w.things['pending'].pk}:{w.things['pending'].digest}","confirmed":"1","reasons":"fraud"}) for m in("claim","approve","reject","escalate")],
]
for a in admin.site._registry:
    n=f"admin:{a._meta.app_label}_{a._meta.model_name}_"
    for v in ("changelist","add","history","delete","change"):
        for m in ("GET","POST"):
            ADM.append(Call(m,n+v,a._meta.model_name))
@pytest.mark.parametrize("t",["PAGES","API","ADM"])
def test_d(t):
    import logging; logging.disable(logging.CRITICAL)
    w=world()
    for c in globals()[t]:
        try: print(f"{row(c,w)!r:32} {c}")
        except Exception as e: print("ERR",c,repr(e))
