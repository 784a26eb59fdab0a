# A mesh that is kept by Terraform or OpenTofu. Neither needs a provider for it.
terraform {
  required_version = ">= 1.4"
}

variable "plan_file" {
  description = "What `mesh -J plan` has printed, to be shown and heeded; null: none."
  type        = string
  default     = null
}

module "mesh" {
  source     = "./modules/mesh"
  definition = file("${path.module}/mesh.yaml")
  plan_file  = var.plan_file
}

output "addresses" {
  value = module.mesh.addresses
}

output "mesh_plan" {
  value = module.mesh.plan
}
