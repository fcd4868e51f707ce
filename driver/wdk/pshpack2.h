#pragma GCC system_header
#pragma pack(push, 2)
