#include "controller/fleet/node_message.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/error.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Each two octets can become a message of a hundred in memory, so less is parsed than a frame may
// carry. The largest that is sent in good faith: the changes of a node with 1023 peers, about 1
// MiB.
constexpr std::size_t kMaxMessage = 4u << 20;
constexpr int kMaxNesting = 8;
// `wg set` of 1023 peers is one text.
constexpr std::size_t kMaxText = 512u << 10;
// What is longer and meant for a reader is cut: nobody reads a megabyte.
constexpr std::size_t kMaxSentence = 4u << 10;
constexpr int kMaxSentences = 256;

// Lists of sentences, of which one screen is enough.
bool is_list_of_sentences(const FieldDescriptor& field) {
  const std::string& name = field.name();
  return field.is_repeated() && field.type() == FieldDescriptor::TYPE_STRING &&
         (name == "problems" || name == "problem_ids" || name == "warnings" ||
          name == "warning_ids" || name == "notes" || name == "cures");
}

bool is_operation(const FieldDescriptor& field) {
  return field.full_name() == "wgmesh.proto.Change.text" ||
         field.full_name() == "wgmesh.proto.Drift.operations";
}

void check_octets(const FieldDescriptor& field, std::size_t size) {
  if (size > kMaxText) {
    throw Error(say<"node-message-oversized">(size, "octets as " + field.full_name()));
  }
}

void clean(Message& message);

void clean_item(Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool is_list = field.is_repeated();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    clean(is_list ? *reflection.MutableRepeatedMessage(&message, &field, index)
                  : *reflection.MutableMessage(&message, &field));
    return;
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) { return; }
  std::string scratch;
  const std::string& text =
      is_list ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
              : reflection.GetStringReference(message, &field, &scratch);
  if (field.type() == FieldDescriptor::TYPE_BYTES || is_operation(field)) {
    check_octets(field, text.size());
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) { return; }
  std::string cleaned = printable(text, true);
  if (!is_operation(field)) { cleaned = shortened(cleaned, kMaxSentence); }
  if (cleaned == text) { return; }
  if (is_list) {
    reflection.SetRepeatedString(&message, &field, index, std::move(cleaned));
  } else {
    reflection.SetString(&message, &field, std::move(cleaned));
  }
}

void clean(Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    if (count > (is_list_of_sentences(*field) ? kMaxSentences : kMostItems)) {
      throw Error(say<"node-message-oversized">(count, field->full_name()));
    }
    for (int i = 0; i < count; ++i) { clean_item(message, *field, i); }
  }
}

}  // namespace

proto::FromAgent parse_node_message(std::string_view octets) {
  proto::FromAgent message;
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(octets.data()),
                                               static_cast<int>(octets.size()));
  input.SetRecursionLimit(kMaxNesting);
  if (octets.size() > kMaxMessage || !message.ParseFromCodedStream(&input) ||
      !input.ConsumedEntireMessage() || message.body_case() == proto::FromAgent::BODY_NOT_SET) {
    throw Error(say<"node-message-garbage">());
  }
  message.DiscardUnknownFields();
  clean(message);
  return message;
}

}  // namespace wgmesh
