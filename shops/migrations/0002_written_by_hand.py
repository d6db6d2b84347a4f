"""What Django cannot say of its tables: partitions, and a trail that is only added to."""

from django.db import migrations

# By month of arrival. Intake writes thousands of rows a second: nothing is checked twice.
DELIVERIES = """
CREATE TABLE shops_delivery_new (LIKE shops_delivery INCLUDING DEFAULTS INCLUDING IDENTITY)
    PARTITION BY RANGE (received_at);
DROP TABLE shops_delivery;
ALTER TABLE shops_delivery_new RENAME TO shops_delivery;
ALTER TABLE shops_delivery
    ADD CONSTRAINT shops_delivery_pkey PRIMARY KEY (id, received_at);
CREATE INDEX delivery_waiting ON shops_delivery (id) WHERE digested_at IS NULL;
CREATE INDEX delivery_quarantined ON shops_delivery (id) WHERE status = 'quarantined';
CREATE INDEX delivery_missing ON shops_delivery (shop_id, message_id) WHERE origin = 'missing';
CREATE INDEX delivery_of_shop ON shops_delivery (shop_id, received_at);
CREATE INDEX delivery_of_site ON shops_delivery (shop_id, id) WHERE connector = 'site';
CREATE TABLE shops_delivery_default PARTITION OF shops_delivery DEFAULT;
"""

APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'The audit trail is only ever added to.'; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON shops_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_first_release")]
    operations = [migrations.RunSQL(DELIVERIES), migrations.RunSQL(APPEND_ONLY)]
