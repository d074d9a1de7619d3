# A customer event of the CRM → the ERP's client. A deleted customer stays in the ERP, as an inactive client.
{
  clientIdentifier: .data.id,
  clientName: "\(.data.firstName) \(.data.lastName)",
  clientEmail: (.data.email | ascii_downcase),
  clientAddress: (.data.address | { street, city, state, zipCode: .zip }),
  status: (if .type == "crm.customer.deleted" then "inactive" else "active" end)
}
