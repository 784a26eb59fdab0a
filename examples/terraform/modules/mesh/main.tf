terraform {
  required_version = ">= 1.4"
}

locals {
  plan = var.plan_file == null ? null : jsondecode(file(var.plan_file))
}

# The life of the mesh. An edit is an update in place, so nothing is destroyed by it; what is destroyed is the mesh as it was
# applied last.
resource "terraform_data" "life" {
  input = {
    definition        = var.definition
    program           = var.program
    skips_unreachable = tostring(var.destroy_skips_unreachable)
  }

  lifecycle {
    precondition {
      condition     = local.plan == null ? true : contains([0, 2, 3], local.plan.exit_code)
      error_message = local.plan == null ? "no plan" : join("\n", [for error in local.plan.errors : join(": ", compact([lookup(error, "node", ""), error.message]))])
    }
  }

  provisioner "local-exec" {
    when = destroy
    environment = {
      MESH_DEFINITION        = self.input.definition
      MESH_PROGRAM           = self.input.program
      MESH_SKIPS_UNREACHABLE = self.input.skips_unreachable
    }
    # 3: nodes that cannot be reached were left out.
    command = "printf %s \"$MESH_DEFINITION\" | \"$MESH_PROGRAM\" -f - down -r || { [ $? = 3 ] && [ \"$MESH_SKIPS_UNREACHABLE\" = true ]; }"
  }
}

# One run of `mesh up`. An edit replaces this record of a run, and with it nothing on any node: `mesh up` changes only what
# was edited. A run that failed is repeated by the next apply.
resource "terraform_data" "up" {
  depends_on       = [terraform_data.life]
  triggers_replace = [var.definition]

  provisioner "local-exec" {
    environment = {
      MESH_DEFINITION = var.definition
      MESH_PROGRAM    = var.program
    }
    command = "printf %s \"$MESH_DEFINITION\" | \"$MESH_PROGRAM\" -f - up"
  }
}
