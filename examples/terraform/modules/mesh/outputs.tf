output "addresses" {
  description = "The first address of each node on the segment, without its prefix length. It is known when the mesh is up."
  depends_on  = [terraform_data.up]
  value = {
    for key, node in yamldecode(var.definition).nodes :
    try(node.name, key) => split("/", try(tostring(node.addr), node.addr[0]))[0]
  }
}

output "plan" {
  description = "What `mesh -J plan` has found: totals, and each link that changes; null without plan_file."
  value = local.plan == null ? null : {
    result  = local.plan.result
    changes = try(local.plan.changes, false)
    totals  = try(local.plan.totals, null)
    links   = try(local.plan.links, [])
  }
}
