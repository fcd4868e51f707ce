#pragma GCC system_header
#pragma pack(push, 4)
