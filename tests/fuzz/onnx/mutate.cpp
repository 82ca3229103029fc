#include "tests/fuzz/onnx/mutate.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace systole {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct Place {
  Message* message;
  const FieldDescriptor* field;
};

// Every field that is set, anywhere in the message, and every string.
void collect(Message& message, std::vector<Place>& places, std::vector<std::string>& strings) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    places.push_back({&message, field});
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        collect(repeated ? *reflection.MutableRepeatedMessage(&message, field, i)
                         : *reflection.MutableMessage(&message, field),
                places, strings);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        strings.push_back(repeated ? reflection.GetRepeatedString(message, field, i)
                                   : reflection.GetString(message, field));
      }
    }
  }
}

std::int64_t number(std::minstd_rand& random) {
  constexpr std::array<std::int64_t, 18> kInteresting{0,
                                                      1,
                                                      2,
                                                      3,
                                                      4,
                                                      7,
                                                      13,
                                                      17,
                                                      -1,
                                                      -2,
                                                      -4,
                                                      32767,
                                                      65535,
                                                      65536,
                                                      2147483647,
                                                      -2147483648LL,
                                                      std::numeric_limits<std::int64_t>::max(),
                                                      std::numeric_limits<std::int64_t>::min()};
  return kInteresting[random() % kInteresting.size()];
}

float real(std::minstd_rand& random) {
  constexpr std::array<float, 8> kInteresting{0.0F,
                                              -1.0F,
                                              1e-40F,
                                              1e38F,
                                              -1e38F,
                                              0.3F,
                                              std::numeric_limits<float>::infinity(),
                                              std::numeric_limits<float>::quiet_NaN()};
  return kInteresting[random() % kInteresting.size()];
}

void mutate_repeated(const Place& place, const std::vector<std::string>& strings, std::minstd_rand& random) {
  const Reflection& reflection = *place.message->GetReflection();
  const int count = reflection.FieldSize(*place.message, place.field);
  const int index = static_cast<int>(random() % static_cast<unsigned>(count));
  const unsigned action = random() % 4;
  if (action == 0) return reflection.RemoveLast(place.message, place.field);
  if (action == 1) {
    return reflection.SwapElements(place.message, place.field, index,
                                   static_cast<int>(random() % static_cast<unsigned>(count)));
  }
  switch (place.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      if (action == 2) return reflection.AddInt64(place.message, place.field, number(random));
      return reflection.SetRepeatedInt64(place.message, place.field, index, number(random));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetRepeatedInt32(place.message, place.field, index, static_cast<int>(number(random)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection.SetRepeatedFloat(place.message, place.field, index, real(random));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string& text = strings[random() % strings.size()];
      if (action == 2) return reflection.AddString(place.message, place.field, text);
      return reflection.SetRepeatedString(place.message, place.field, index, text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* added = reflection.AddMessage(place.message, place.field);
      added->CopyFrom(reflection.GetRepeatedMessage(*place.message, place.field, index));
      return;
    }
    default:
      return;
  }
}

void mutate_single(const Place& place, const std::vector<std::string>& strings, std::minstd_rand& random) {
  const Reflection& reflection = *place.message->GetReflection();
  if (random() % 8 == 0) return reflection.ClearField(place.message, place.field);
  switch (place.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(place.message, place.field, number(random));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(place.message, place.field, static_cast<int>(number(random)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection.SetFloat(place.message, place.field, real(random));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(place.message, place.field, static_cast<int>(random() % 18));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(place.message, place.field, strings[random() % strings.size()]);
    default:
      return;
  }
}

}  // namespace

void mutate(google::protobuf::Message& message, std::minstd_rand& random) {
  std::vector<Place> places;
  std::vector<std::string> strings{""};
  collect(message, places, strings);
  if (places.empty()) return;
  const Place& place = places[random() % places.size()];
  if (place.field->is_repeated()) {
    mutate_repeated(place, strings, random);
  } else {
    mutate_single(place, strings, random);
  }
}

}  // namespace systole
