"""Touchpoints are partitioned by month; the unique key therefore contains occurred_at."""

from django.db import migrations

SQL = """
CREATE TABLE customers_touchpoint_new (
    LIKE customers_touchpoint INCLUDING DEFAULTS INCLUDING IDENTITY
) PARTITION BY RANGE (occurred_at);
DROP TABLE customers_touchpoint;
ALTER TABLE customers_touchpoint_new RENAME TO customers_touchpoint;
ALTER TABLE customers_touchpoint
    ADD CONSTRAINT customers_touchpoint_pkey PRIMARY KEY (id, occurred_at),
    ADD CONSTRAINT touchpoint_once UNIQUE (shop_id, source, occurred_at),
    ADD CONSTRAINT customers_touchpoint_shop_fk FOREIGN KEY (shop_id)
        REFERENCES shops_shop (id) ON DELETE CASCADE,
    ADD CONSTRAINT customers_touchpoint_customer_fk FOREIGN KEY (customer_id)
        REFERENCES customers_customer (id) ON DELETE CASCADE;
CREATE INDEX touchpoint_time ON customers_touchpoint USING brin (occurred_at);
CREATE INDEX touchpoint_history ON customers_touchpoint (customer_id, occurred_at DESC);
CREATE INDEX touchpoint_unread ON customers_touchpoint (id) WHERE unread;
CREATE TABLE customers_touchpoint_default PARTITION OF customers_touchpoint DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
