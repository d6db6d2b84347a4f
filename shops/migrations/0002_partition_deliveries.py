"""Deliveries are partitioned by month of arrival; Django only needs to know the columns."""

from django.db import migrations

SQL = """
CREATE TABLE shops_delivery_new (LIKE shops_delivery INCLUDING DEFAULTS INCLUDING IDENTITY)
    PARTITION BY RANGE (received_at);
DROP TABLE shops_delivery;
ALTER TABLE shops_delivery_new RENAME TO shops_delivery;
ALTER TABLE shops_delivery
    ADD CONSTRAINT shops_delivery_pkey PRIMARY KEY (id, received_at),
    ADD CONSTRAINT shops_delivery_shop_fk FOREIGN KEY (shop_id)
        REFERENCES shops_shop (id) ON DELETE CASCADE;
CREATE INDEX shops_delivery_shop_id ON shops_delivery (shop_id);
CREATE INDEX delivery_waiting ON shops_delivery (id) WHERE digested_at IS NULL;
CREATE INDEX delivery_quarantined ON shops_delivery (id) WHERE status = 'quarantined';
CREATE TABLE shops_delivery_default PARTITION OF shops_delivery DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
