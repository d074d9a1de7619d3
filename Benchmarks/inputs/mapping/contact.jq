# A contact of the CRM → the ERP's business partner: names, dates and numbers in the ERP's notations.
{
  partner: (.data.id | ltrimstr("CT-") | tonumber),
  request: (.id | ltrimstr("evt-") | split("-") | join("")),
  changedAt: (.time | sub("\\.[0-9]+Z$"; "Z") | fromdate | strftime("%d.%m.%Y %H:%M")),
  changedOn: (.data.updatedAt | fromdate | . / 86400 | floor | . * 86400 | todate),
  consentDays: ((.data.updatedAt | fromdate) - (.data.consentAt | fromdate) | . / 86400 | floor),
  birthday: (.data.bornOn | strptime("%Y-%m-%d") | mktime | strftime("%d.%m.%Y")),
  name: "\(.data.lastName | ascii_upcase), \(.data.firstName[0:1]).",
  mail: (.data.email | ascii_downcase),
  domain: (.data.email | ascii_downcase | split("@") | .[1]),
  validMail: (.data.email | test("^[^@ ]+@[^@ ]+\\.[^@ ]+$")),
  phone: (.data.phone | gsub("[^0-9+]"; "")),
  tags: (.data.tags | map(ascii_upcase) | join("|")),
  note: (.data.notes | split("\n") | map(select(length > 0)) | join(" / ")),
  label: "\(.data.firstName) \(.data.lastName) <\(.data.email)>"
}
