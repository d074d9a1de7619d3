# An order of a shop → the ERP's sales order: positions with amounts, totals by tax code.
{
  orderNumber: .data.id,
  soldTo: .data.customerId,
  orderDate: .data.placedAt[0:10],
  currency: .data.currency,
  shipTo: (.data.shipTo | "\(.name), \(.street), \(.zip) \(.city), \(.country)"),
  positions: [
    .data.lines | to_entries[] | .key as $i | .value
    | {
        position: (($i + 1) * 10),
        article: .sku,
        text: .description,
        quantity: .quantity,
        unit: (if .unit == "PCE" then "ST" else "KG" end),
        price: .unitPrice,
        amount: (.quantity * .unitPrice * (100 - .discount) / 100),
        taxCode: .taxCode,
        deliveryDate: .deliveryDate
      }
  ],
  taxes: (
    .data.lines | group_by(.taxCode)
    | map({ code: .[0].taxCode, base: (map(.quantity * .unitPrice) | add) })
  ),
  total: ([.data.lines[] | .quantity * .unitPrice * (100 - .discount) / 100] | add),
  discounted: (.data.lines | map(select(.discount > 0)) | length)
}
