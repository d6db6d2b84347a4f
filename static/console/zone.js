"use strict";
// A new shop's clock is most likely that of whoever adds it.
for (const select of document.querySelectorAll("select[data-own-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (![...select.options].some((option) => option.value === own)) continue;
  select.value = own;
  django.jQuery(select).trigger("change");
}
