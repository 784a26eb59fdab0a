# Text, since an object of Terraform's forgets the order of its keys, and the order of the nodes decides who is the root.
variable "definition" {
  description = "The text of a mesh file, YAML or JSON. At most 128 KiB: about a thousand nodes."
  type        = string
}

variable "program" {
  description = "The program mesh, by its path or as it is found on PATH."
  type        = string
  default     = "mesh"
}

variable "plan_file" {
  description = "A file with what `mesh -J plan` has printed for the same definition; null: none."
  type        = string
  default     = null
}

variable "destroy_skips_unreachable" {
  description = "Destroy also succeeds if a node cannot be reached. That node keeps its keys and its interfaces."
  type        = bool
  default     = false
}
