import resource
import time

import pytest
from django.db import connection

from journeys import lifecycle, report, stages
from segments import membership, personas, rfm, starter
from segments.models import Segment
from tests import make

N = 1_000_000


def timed(name, f):
    t = time.monotonic()
    r = f()
    print(
        f"{name}: {time.monotonic() - t:.2f}s -> {r}  rss={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}MB",
        flush=True,
    )
    return r


@pytest.mark.django_db
def test_big():
    shop = make.shop()
    with connection.cursor() as c:
        c.execute(
            "insert into customers_customer(shop_id,external_id,email,phone,first_name,last_name,country,language,attributes,created_at,updated_at) select %s, g::text, 'c'||g||'@example.com','','','','','','{}',now(),now() from generate_series(1,%s) g",
            [shop.pk, N],
        )
        c.execute("""insert into customers_profile(customer_id,shop_id,order_count,cancellation_count,item_count,product_count,revenue_cents,average_order_cents,returned_fraction,first_order_at,last_order_at,last_gap_days,mean_gap_days,touchpoint_count,favourites,review_count,scores,refreshed_at)
          select id, shop_id, o, 0, o*3, o*2, o*(1000+random()*9000)::int, 1000, 0, now()-interval '400 days', case when o>0 then now()-random()*300*interval '1 day' end, case when o>1 then random()*200 end, null, o, '[]', 0, '{}', now() from (select id, shop_id, floor(-ln(random())*2.5)::int o from customers_customer) x""")
        c.execute(
            "insert into customers_touchpoint(shop_id,customer_id,kind,source,occurred_at,data,unread) select shop_id, customer_id, 'order.placed', 'o'||customer_id, last_order_at, '{}', false from customers_profile where last_order_at > now() - interval '25 days'"
        )
        c.execute("analyze")
    starter.create(shop)
    j = lifecycle.create(shop)
    timed("rfm", lambda: rfm.refresh(shop))
    timed("rfm again", lambda: rfm.refresh(shop))
    timed("membership first", lambda: membership.refresh(shop))
    timed("membership again", lambda: membership.refresh(shop))
    timed("place first", lambda: stages.place(shop))
    with connection.cursor() as c:
        c.execute("analyze journeys_stagevisit")
        c.execute("analyze segments_membership")
    timed("place again", lambda: stages.place(shop))
    some = list(Segment.objects.none()) or []
    with connection.cursor() as c:
        c.execute("select id from customers_customer where mod(id,200) = 0")
        some = [r[0] for r in c.fetchall()]
        c.execute(
            "update customers_profile set last_order_at = now(), order_count=order_count+1 where customer_id = any(%s)",
            [some],
        )
    timed(f"batch membership {len(some)}", lambda: membership.refresh(shop, some))
    timed("batch place", lambda: stages.place(shop, some))
    timed("counts", lambda: [x.customer_count for x in report.stage_counts(j)])
    timed("personas first", lambda: personas.refresh(shop).cluster_count)
    with connection.cursor() as c:
        c.execute("analyze segments_membership")
    timed("personas again", lambda: personas.refresh(shop).cluster_count)
    for s in Segment.objects.all():
        print(s.key, s.member_count, s.name)
