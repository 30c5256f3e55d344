import pytest, time
from tests.rights.calls import *
from tests.rights.world import world
pytestmark = pytest.mark.django_db
def test_t():
    import logging; logging.disable(logging.CRITICAL)
    t=time.process_time(); w=world(); print("world", time.process_time()-t)
    for name in ("admin:index","admin:reviews_review_changelist","admin:auth_user_add","admin:gates_team_change","admin:auth_user_delete"):
        c=Call("GET",name,"team" if "team" in name else "user")
        u=address(c,w)
        for role in ("superuser","reviewer","anonymous"):
            t=time.process_time(); r=answer(c,w,w.visitor(role),u); print(name, role, letter(r), round(time.process_time()-t,3))
