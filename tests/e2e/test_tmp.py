"""x"""
import json
from tests.e2e import demo
from tests.e2e.states import STATES
from tests.e2e.test_axe import *
def test_x(visit):
    for name, w in (("review",390),("review-mine",390),("queue",390),("queue-filters",390),("home",390),("home-just-decided",390),("review-held",390)):
        st=STATES[name]
        page=visit(demo.person(st.who)).page
        st.go(page)
        page.set_viewport_size({"width":w,"height":844})
        page.evaluate(script())
        f=page.evaluate(f"axe.run('html', {json.dumps(QUIETLY|EVERYTHING)})")
        for v in f["violations"]:
            for n in v["nodes"][:2]:
                print(name, v["id"], n["target"], n["failureSummary"], [(r['html'][:200]) for c in n["any"] for r in c["relatedNodes"]], n["html"][:200])
        page.screenshot(path=f"/tmp/h/t-{name}.png")
        for x in (390,320):
            page.set_viewport_size({"width":x,"height":844})
            print(name, x, page.evaluate("[document.documentElement.scrollWidth, innerWidth]"))
