/* General purpose logs, by READ LOG EXT: pages of 512 bytes. */
#pragma once
#pragma GCC system_header

#include "../pshpack1.h"

/* Address 10h: what failed in the queue */
typedef struct _GP_LOG_NCQ_COMMAND_ERROR {
    UCHAR NcqTag : 5;
    UCHAR Reserved0 : 1;
    UCHAR UNL : 1;
    UCHAR NonQueuedCmd : 1;
    UCHAR Reserved1;
    UCHAR Status;
    UCHAR Error;
    UCHAR LBA7_0;
    UCHAR LBA15_8;
    UCHAR LBA23_16;
    UCHAR Device;
    UCHAR LBA31_24;
    UCHAR LBA39_32;
    UCHAR LBA47_40;
    UCHAR Reserved2;
    UCHAR Count7_0;
    UCHAR Count15_8;
    UCHAR SenseKey;
    UCHAR ASC;
    UCHAR ASCQ;
    UCHAR Reserved3[239];
    UCHAR Vendor[255];
    UCHAR Checksum;
} GP_LOG_NCQ_COMMAND_ERROR, *PGP_LOG_NCQ_COMMAND_ERROR;
SIM_ASSERT_SIZE(GP_LOG_NCQ_COMMAND_ERROR, 512);

/* Address 12h: a word of bits for each subcommand */
typedef struct SIM_MS_LAYOUT _GP_LOG_NCQ_NON_DATA {
    struct {
        ULONG AbortNcq : 1;
        ULONG AbortAll : 1;
        ULONG AbortStreaming : 1;
        ULONG AbortNonStreaming : 1;
        ULONG AbortSelectedTTag : 1;
        ULONG Reserved : 27;
    } SubCmd0;
    struct {
        ULONG DeadlineHandling : 1;
        ULONG WriteDataNotContinue : 1;
        ULONG ReadDataNotContinue : 1;
        ULONG Reserved : 29;
    } SubCmd1;
    struct {
        ULONG HybridDemoteBySize : 1;
        ULONG Reserved : 31;
    } SubCmd2;
    struct {
        ULONG HybridChangeByLbaRange : 1;
        ULONG Reserved : 31;
    } SubCmd3;
    struct {
        ULONG HybridControl : 1;
        ULONG Reserved : 31;
    } SubCmd4;
    ULONG SubCmd5ToF[11];
    ULONG Reserved[112];
} GP_LOG_NCQ_NON_DATA, *PGP_LOG_NCQ_NON_DATA;
SIM_ASSERT_SIZE(GP_LOG_NCQ_NON_DATA, 512);

/* Address 13h */
typedef struct SIM_MS_LAYOUT _GP_LOG_NCQ_SEND_RECEIVE {
    struct {
        ULONG DataSetManagement : 1;
        ULONG HybridEvict : 1;
        ULONG Reserved : 30;
    } SubCmd;
    struct {
        ULONG Trim : 1;
        ULONG Reserved : 31;
    } DataSetManagement;
    ULONG Reserved[126];
} GP_LOG_NCQ_SEND_RECEIVE, *PGP_LOG_NCQ_SEND_RECEIVE;
SIM_ASSERT_SIZE(GP_LOG_NCQ_SEND_RECEIVE, 512);

/* Address 14h: hybrid information */
#define HYBRID_INFORMATION_DISABLED 0x00
#define HYBRID_INFORMATION_DISABLE_IN_PROCESS 0x80
#define HYBRID_INFORMATION_ENABLED 0xFF
#define HYBRID_HEALTH_UNUSEABLE 0x01
#define HYBRID_HEALTH_NVM_SIZE_CHANGED 0x02
#define HYBRID_HEALTH_READ_ONLY 0x04
#define HYBRID_HEALTH_DATA_LOSS 0x08

typedef struct SIM_MS_LAYOUT _GP_LOG_HYBRID_INFORMATION_HEADER {
    USHORT HybridInfoDescrCount : 4;
    USHORT Reserved0 : 12;
    UCHAR Enabled;
    UCHAR HybridHealth;
    UCHAR DirtyLowThreshold;
    UCHAR DirtyHighThreshold;
    UCHAR OptimalWriteGranularity;
    UCHAR MaximumHybridPriorityLevel : 4;
    UCHAR Reserved1 : 4;
    UCHAR PowerCondidtion;
    UCHAR CachingMediumEnabled;
    struct {
        UCHAR MaximumPriorityBehavior : 1;
        UCHAR SupportCacheBehavior : 1;
        UCHAR Reserved : 6;
    } SupportedOptions;
    UCHAR Reserved2;
    ULONG TimeSinceEnabled;
    ULONGLONG NVMSize;
    ULONGLONG EnableCount;
    USHORT MaximumEvictionCommands : 5;
    USHORT Reserved3 : 11;
    USHORT MaximumEvictionDataBlocks;
    UCHAR Reserved[28];
} GP_LOG_HYBRID_INFORMATION_HEADER, *PGP_LOG_HYBRID_INFORMATION_HEADER;
SIM_ASSERT_SIZE(GP_LOG_HYBRID_INFORMATION_HEADER, 64);

typedef struct _GP_LOG_HYBRID_INFORMATION_DESCRIPTOR {
    UCHAR HybridPriority;
    UCHAR ConsumedNVMSizeFraction;
    UCHAR ConsumedMappingResourcesFraction;
    UCHAR ConsumedNVMSizeForDirtyDataFraction;
    UCHAR ConsumedMappingResourcesForDirtyDataFraction;
    UCHAR Reserved[11];
} GP_LOG_HYBRID_INFORMATION_DESCRIPTOR, *PGP_LOG_HYBRID_INFORMATION_DESCRIPTOR;
SIM_ASSERT_SIZE(GP_LOG_HYBRID_INFORMATION_DESCRIPTOR, 16);

typedef struct _GP_LOG_HYBRID_INFORMATION {
    GP_LOG_HYBRID_INFORMATION_HEADER Header;
    GP_LOG_HYBRID_INFORMATION_DESCRIPTOR Descriptor[0];
} GP_LOG_HYBRID_INFORMATION, *PGP_LOG_HYBRID_INFORMATION;

/* Priority bits of a read or write */
typedef union _ATA_HYBRID_INFO_FIELDS {
    struct {
        UCHAR HybridPriority : 4;
        UCHAR Reserved0 : 1;
        UCHAR InfoValid : 1;
        UCHAR Reserved1 : 2;
    };
    UCHAR AsUchar;
} ATA_HYBRID_INFO_FIELDS, *PATA_HYBRID_INFO_FIELDS;

/* Address 24h and 25h: internal status */
#define SIM_ATA_INTERNAL_STATUS(generation) \
    UCHAR LogAddress;                       \
    UCHAR Reserved0[3];                     \
    ULONG OrganizationID;                   \
    USHORT Area1LastLogPage;                \
    USHORT Area2LastLogPage;                \
    USHORT Area3LastLogPage;                \
    UCHAR Reserved2[368];                   \
    UCHAR SavedDataAvailable;               \
    UCHAR generation;                       \
    UCHAR ReasonIdentifier[128];
typedef struct _CURRENT_DEVICE_INTERNAL_STATUS_LOG {
    SIM_ATA_INTERNAL_STATUS(SavedDataGenerationNumber)
} CURRENT_DEVICE_INTERNAL_STATUS_LOG, *PCURRENT_DEVICE_INTERNAL_STATUS_LOG;
SIM_ASSERT_SIZE(CURRENT_DEVICE_INTERNAL_STATUS_LOG, 512);

typedef struct _SAVED_DEVICE_INTERNAL_STATUS_LOG {
    SIM_ATA_INTERNAL_STATUS(GenerationNumber)
} SAVED_DEVICE_INTERNAL_STATUS_LOG, *PSAVED_DEVICE_INTERNAL_STATUS_LOG;

/* Address 30h, page 3: supported capabilities. Each quadword says in its top bit whether it is valid. */
typedef struct SIM_MS_LAYOUT _IDENTIFY_DEVICE_DATA_LOG_PAGE_HEADER {
    ULONGLONG RevisionNumber : 16;
    ULONGLONG PageNumber : 8;
    ULONGLONG Reserved : 39;
    ULONGLONG Valid : 1;
} IDENTIFY_DEVICE_DATA_LOG_PAGE_HEADER, *PIDENTIFY_DEVICE_DATA_LOG_PAGE_HEADER;
SIM_ASSERT_SIZE(IDENTIFY_DEVICE_DATA_LOG_PAGE_HEADER, 8);

typedef struct SIM_MS_LAYOUT _IDENTIFY_DEVICE_DATA_LOG_PAGE_SUPPORTED_CAPABILITIES {
    IDENTIFY_DEVICE_DATA_LOG_PAGE_HEADER Header;
    struct {
        ULONGLONG WRV : 1;
        ULONGLONG WriteUncorrectable : 1;
        ULONGLONG GplDma : 1;
        ULONGLONG DmMode3 : 1;
        ULONGLONG FreeFall : 1;
        ULONGLONG SenseData : 1;
        ULONGLONG EPC : 1;
        ULONGLONG SmartErrorLogging : 1;
        ULONGLONG SmartSelfTest : 1;
        ULONGLONG Reserved9 : 1;
        ULONGLONG Streaming : 1;
        ULONGLONG GPL : 1;
        ULONGLONG WriteFuaExt : 1;
        ULONGLONG Unload : 1;
        ULONGLONG DownloadMicrocode : 1;
        ULONGLONG Reserved15ForCFA : 1;
        ULONGLONG APM : 1;
        ULONGLONG PUIS : 1;
        ULONGLONG SpinUp : 1;
        ULONGLONG Reserved19 : 1;
        ULONGLONG Cmd48Bit : 1;
        ULONGLONG Reserved21 : 1;
        ULONGLONG FlushCacheExt : 1;
        ULONGLONG Smart : 1;
        ULONGLONG VolatileWriteCache : 1;
        ULONGLONG ReadLookahead : 1;
        ULONGLONG Reserved26 : 1;
        ULONGLONG WriteBuffer : 1;
        ULONGLONG ReadBuffer : 1;
        ULONGLONG NOP : 1;
        ULONGLONG Reserved30 : 1;
        ULONGLONG RZAT : 1;
        ULONGLONG Cmd28bit : 1;
        ULONGLONG DownloadMicrocodeDma : 1;
        ULONGLONG Reserved34 : 1;
        ULONGLONG WriteBufferDma : 1;
        ULONGLONG ReadBufferDma : 1;
        ULONGLONG Reserved37 : 1;
        ULONGLONG LpsMisalignmentReporting : 1;
        ULONGLONG DRAT : 1;
        ULONGLONG Reserved40ForCFA : 1;
        ULONGLONG AmaxAddr : 1;
        ULONGLONG SetEpcPowerSource : 1;
        ULONGLONG LowPowerStandby : 1;
        ULONGLONG DSN : 1;
        ULONGLONG RequestSenseDeviceFault : 1;
        ULONGLONG Reserved : 17;
        ULONGLONG Valid : 1;
    } SupportedCapabilities;
    struct {
        ULONGLONG DmMinTransferSize : 16;
        ULONGLONG DmMaxTransferSize : 16;
        ULONGLONG DmOffsetsImmediateSupported : 1;
        ULONGLONG DmImmediateSupported : 1;
        ULONGLONG DmOffsetsDeferredSupported : 1;
        ULONGLONG Reserved : 28;
        ULONGLONG Valid : 1;
    } DownloadMicrocodeCapabilities;
    struct {
        ULONGLONG Rate : 16;
        ULONGLONG Reserved : 47;
        ULONGLONG Valid : 1;
    } NominalMediaRotationRate;
    struct {
        ULONGLONG Factor : 4;
        ULONGLONG Reserved : 59;
        ULONGLONG Valid : 1;
    } NominalFormFactor;
    UCHAR Others[80]; /* sector counts, name, trim, utilization, zones */
    UCHAR Reserved[392];
} IDENTIFY_DEVICE_DATA_LOG_PAGE_SUPPORTED_CAPABILITIES, *PIDENTIFY_DEVICE_DATA_LOG_PAGE_SUPPORTED_CAPABILITIES;
SIM_ASSERT_SIZE(IDENTIFY_DEVICE_DATA_LOG_PAGE_SUPPORTED_CAPABILITIES, 512);

/* Address 04h: statistics. A quadword each: the value below, flags in the top byte. */
typedef struct SIM_MS_LAYOUT _DEVICE_STATISTICS_LOG_PAGE_HEADER {
    ULONGLONG RevisionNumber : 16;
    ULONGLONG PageNumber : 8;
    ULONGLONG Reserved : 40;
} DEVICE_STATISTICS_LOG_PAGE_HEADER, *PDEVICE_STATISTICS_LOG_PAGE_HEADER;
SIM_ASSERT_SIZE(DEVICE_STATISTICS_LOG_PAGE_HEADER, 8);

#define GP_LOG_DEVICE_STATISTICS_FLAGS   \
    ULONGLONG ReservedFlags : 3;         \
    ULONGLONG MonitoredConditionMet : 1; \
    ULONGLONG StatisticsSupportsDsn : 1; \
    ULONGLONG Normalized : 1;            \
    ULONGLONG ValidValue : 1;            \
    ULONGLONG Supported : 1
#define SIM_ATA_STATISTIC(name, value, bits)  \
    struct {                                  \
        ULONGLONG value : bits;               \
        ULONGLONG Reserved : 56 - (bits);     \
        GP_LOG_DEVICE_STATISTICS_FLAGS;       \
    } name;

typedef struct SIM_MS_LAYOUT _GP_LOG_GENERAL_STATISTICS {
    DEVICE_STATISTICS_LOG_PAGE_HEADER Header;
    SIM_ATA_STATISTIC(LifeTimePoweronResets, Count, 32)
    SIM_ATA_STATISTIC(PoweronHours, Count, 32)
    SIM_ATA_STATISTIC(LogicalSectorsWritten, Count, 48)
    SIM_ATA_STATISTIC(WriteCommandCount, Count, 48)
    SIM_ATA_STATISTIC(LogicalSectorsRead, Count, 48)
    SIM_ATA_STATISTIC(ReadCommandCount, Count, 48)
    SIM_ATA_STATISTIC(DateAndTime, TimeStamp, 48)
    SIM_ATA_STATISTIC(PendingErrorCount, Count, 32)
    SIM_ATA_STATISTIC(WorkloadUtilizaton, Value, 16)
    struct {
        ULONGLONG Value : 8;
        ULONGLONG Reserved0 : 28;
        ULONGLONG RateBasis : 4;
        ULONGLONG RateValidity : 8;
        ULONGLONG Reserved1 : 8;
        GP_LOG_DEVICE_STATISTICS_FLAGS;
    } UtilizationUsageRate;
    UCHAR Reserved[424];
} GP_LOG_GENERAL_STATISTICS, *PGP_LOG_GENERAL_STATISTICS;
SIM_ASSERT_SIZE(GP_LOG_GENERAL_STATISTICS, 512);

/* Temperatures are signed bytes, in Celsius. */
typedef struct SIM_MS_LAYOUT _GP_LOG_TEMPERATURE_STATISTICS {
    DEVICE_STATISTICS_LOG_PAGE_HEADER Header;
    SIM_ATA_STATISTIC(CurrentTemperature, Value, 8)
    SIM_ATA_STATISTIC(AverageShortTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(AverageLongTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(HighestTemperature, Value, 8)
    SIM_ATA_STATISTIC(LowestTemperature, Value, 8)
    SIM_ATA_STATISTIC(HighestAverageShortTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(LowestAverageShortTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(HighstAverageLongTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(LowestAverageLongTermTemperature, Value, 8)
    SIM_ATA_STATISTIC(TimeInOverTemperature, Value, 8)
    SIM_ATA_STATISTIC(SpecifiedMaximumOperatingTemperature, Value, 8)
    SIM_ATA_STATISTIC(TimeInUnderTemperature, Value, 8)
    SIM_ATA_STATISTIC(SpecifiedMinimumOperatingTemperature, Value, 8)
    UCHAR Reserved[400];
} GP_LOG_TEMPERATURE_STATISTICS, *PGP_LOG_TEMPERATURE_STATISTICS;
SIM_ASSERT_SIZE(GP_LOG_TEMPERATURE_STATISTICS, 512);

/* GET PHYSICAL ELEMENT STATUS */
typedef struct _ATA_PHYSICAL_ELEMENT_STATUS_DESCRIPTOR {
    UCHAR Reserved1[4];
    ULONG ElementIdentifier;
    UCHAR Reserved2[6];
    UCHAR PhysicalElementType;
    UCHAR PhysicalElementHealth;
    ULONGLONG AssociatedCapacity;
    UCHAR Reserved3[8];
} ATA_PHYSICAL_ELEMENT_STATUS_DESCRIPTOR, *PATA_PHYSICAL_ELEMENT_STATUS_DESCRIPTOR;
SIM_ASSERT_SIZE(ATA_PHYSICAL_ELEMENT_STATUS_DESCRIPTOR, 32);

typedef struct _ATA_GET_PHYSICAL_ELEMENT_STATUS_PARAMETER_DATA {
    ULONG NumberOfDescriptors;
    ULONG NumberOfDescriptorsReturned;
    ULONG ElementIdentifierBeingDepoped;
    UCHAR Reserved[20];
    ATA_PHYSICAL_ELEMENT_STATUS_DESCRIPTOR Descriptors[ANYSIZE_ARRAY];
} ATA_GET_PHYSICAL_ELEMENT_STATUS_PARAMETER_DATA, *PATA_GET_PHYSICAL_ELEMENT_STATUS_PARAMETER_DATA;
SIM_ASSERT_SIZE(ATA_GET_PHYSICAL_ELEMENT_STATUS_PARAMETER_DATA, 64);

#include "../poppack.h"
