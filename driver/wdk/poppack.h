#pragma GCC system_header
#pragma pack(pop)
