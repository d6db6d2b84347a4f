"""What Django cannot say of its tables: partitions, and how often one is swept."""

from django.db import migrations

# By month of what happened; the unique key therefore contains occurred_at.
TOUCHPOINTS = """
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
CREATE INDEX touchpoint_of_shop ON customers_touchpoint (shop_id, occurred_at);
CREATE INDEX touchpoint_unread ON customers_touchpoint (id) WHERE unread;
CREATE INDEX touchpoint_visitor ON customers_touchpoint (shop_id, (data ->> 'visitor'))
    WHERE customer_id IS NULL;
CREATE INDEX touchpoint_product
    ON customers_touchpoint (shop_id, (data ->> 'product_id'), occurred_at)
    WHERE kind IN ('product.viewed', 'product.requested');
CREATE TABLE customers_touchpoint_default PARTITION OF customers_touchpoint DEFAULT;
"""

# The table is emptied all the time: a share of its rows says nothing.
STALE_MARKS = """
ALTER TABLE customers_stalemark
SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_first_release")]
    operations = [migrations.RunSQL(TOUCHPOINTS), migrations.RunSQL(STALE_MARKS)]
