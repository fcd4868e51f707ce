/*
 * IDENTIFY DEVICE and IDENTIFY PACKET DEVICE: 256 words each. Bits are declared in words, which is how the standard
 * numbers them; the word of each group stands beside it.
 */
#pragma once
#pragma GCC system_header

#include "../pshpack1.h"

/* Words 82 to 84 and 85 to 87 have the same bits, but for the last ones of 83 and 84. */
#define SIM_ATA_COMMAND_SETS(after83, after84) \
    USHORT SmartCommands : 1;                  \
    USHORT SecurityMode : 1;                   \
    USHORT RemovableMediaFeature : 1;          \
    USHORT PowerManagement : 1;                \
    USHORT Reserved1 : 1;                      \
    USHORT WriteCache : 1;                     \
    USHORT LookAhead : 1;                      \
    USHORT ReleaseInterrupt : 1;               \
    USHORT ServiceInterrupt : 1;               \
    USHORT DeviceReset : 1;                    \
    USHORT HostProtectedArea : 1;              \
    USHORT Obsolete1 : 1;                      \
    USHORT WriteBuffer : 1;                    \
    USHORT ReadBuffer : 1;                     \
    USHORT Nop : 1;                            \
    USHORT Obsolete2 : 1;                      \
    USHORT DownloadMicrocode : 1;              \
    USHORT DmaQueued : 1;                      \
    USHORT Cfa : 1;                            \
    USHORT AdvancedPm : 1;                     \
    USHORT Msn : 1;                            \
    USHORT PowerUpInStandby : 1;               \
    USHORT ManualPowerUp : 1;                  \
    USHORT Reserved2 : 1;                      \
    USHORT SetMax : 1;                         \
    USHORT Acoustics : 1;                      \
    USHORT BigLba : 1;                         \
    USHORT DeviceConfigOverlay : 1;            \
    USHORT FlushCache : 1;                     \
    USHORT FlushCacheExt : 1;                  \
    after83                                    \
    USHORT SmartErrorLog : 1;                  \
    USHORT SmartSelfTest : 1;                  \
    USHORT MediaSerialNumber : 1;              \
    USHORT MediaCardPassThrough : 1;           \
    USHORT StreamingFeature : 1;               \
    USHORT GpLogging : 1;                      \
    USHORT WriteFua : 1;                       \
    USHORT WriteQueuedFua : 1;                 \
    USHORT WWN64Bit : 1;                       \
    USHORT URGReadStream : 1;                  \
    USHORT URGWriteStream : 1;                 \
    USHORT ReservedForTechReport : 2;          \
    USHORT IdleWithUnloadFeature : 1;          \
    after84

/* Words 119 and 120. */
#define SIM_ATA_COMMAND_SETS_EXT(last)     \
    USHORT ReservedForDrqTechnicalReport : 1; \
    USHORT WriteReadVerify : 1;            \
    USHORT WriteUncorrectableExt : 1;      \
    USHORT ReadWriteLogDmaExt : 1;         \
    USHORT DownloadMicrocodeMode3 : 1;     \
    USHORT FreefallControl : 1;            \
    USHORT SenseDataReporting : 1;         \
    USHORT ExtendedPowerConditions : 1;    \
    USHORT Reserved0 : 6;                  \
    last

/* Words 78 and 79. */
#define SIM_ATA_SATA_FEATURES(bit7)          \
    USHORT Reserved0 : 1;                    \
    USHORT NonZeroOffsets : 1;               \
    USHORT DmaSetupAutoActivate : 1;         \
    USHORT DIPM : 1;                         \
    USHORT InOrderData : 1;                  \
    USHORT HardwareFeatureControl : 1;       \
    USHORT SoftwareSettingsPreservation : 1; \
    bit7                                     \
    USHORT DEVSLP : 1;                       \
    USHORT HybridInformation : 1;            \
    USHORT Reserved1 : 6;

typedef struct SIM_MS_LAYOUT _IDENTIFY_DEVICE_DATA {
    struct {
        USHORT Reserved1 : 1;
        USHORT Retired3 : 1;
        USHORT ResponseIncomplete : 1;
        USHORT Retired2 : 3;
        USHORT FixedDevice : 1;
        USHORT RemovableMedia : 1;
        USHORT Retired1 : 7;
        USHORT DeviceType : 1;
    } GeneralConfiguration; /* word 0 */
    USHORT NumCylinders;
    USHORT SpecificConfiguration;
    USHORT NumHeads;
    USHORT Retired1[2];
    USHORT NumSectorsPerTrack;
    USHORT VendorUnique1[3];
    UCHAR SerialNumber[20]; /* word 10 */
    USHORT Retired2[2];
    USHORT Obsolete1;
    UCHAR FirmwareRevision[8]; /* word 23 */
    UCHAR ModelNumber[40];     /* word 27 */
    UCHAR MaximumBlockTransfer;
    UCHAR VendorUnique2;
    struct {
        USHORT FeatureSupported : 1;
        USHORT Reserved : 15;
    } TrustedComputing; /* word 48 */
    struct {
        UCHAR CurrentLongPhysicalSectorAlignment : 2;
        UCHAR ReservedByte49 : 6;
        UCHAR DmaSupported : 1;
        UCHAR LbaSupported : 1;
        UCHAR IordyDisable : 1;
        UCHAR IordySupported : 1;
        UCHAR Reserved1 : 1;
        UCHAR StandybyTimerSupport : 1;
        UCHAR Reserved2 : 2;
        USHORT ReservedWord50;
    } Capabilities; /* words 49, 50 */
    USHORT ObsoleteWords51[2];
    USHORT TranslationFieldsValid : 3; /* word 53 */
    USHORT Reserved3 : 5;
    USHORT FreeFallControlSensitivity : 8;
    USHORT NumberOfCurrentCylinders;
    USHORT NumberOfCurrentHeads;
    USHORT CurrentSectorsPerTrack;
    ULONG CurrentSectorCapacity;
    UCHAR CurrentMultiSectorSetting; /* word 59 */
    UCHAR MultiSectorSettingValid : 1;
    UCHAR ReservedByte59 : 3;
    UCHAR SanitizeFeatureSupported : 1;
    UCHAR CryptoScrambleExtCommandSupported : 1;
    UCHAR OverwriteExtCommandSupported : 1;
    UCHAR BlockEraseExtCommandSupported : 1;
    ULONG UserAddressableSectors; /* word 60 */
    USHORT ObsoleteWord62;
    USHORT MultiWordDMASupport : 8; /* word 63 */
    USHORT MultiWordDMAActive : 8;
    USHORT AdvancedPIOModes : 8;
    USHORT ReservedByte64 : 8;
    USHORT MinimumMWXferCycleTime;
    USHORT RecommendedMWXferCycleTime;
    USHORT MinimumPIOCycleTime;
    USHORT MinimumPIOCycleTimeIORDY;
    struct {
        USHORT ZonedCapabilities : 2;
        USHORT NonVolatileWriteCache : 1;
        USHORT ExtendedUserAddressableSectorsSupported : 1;
        USHORT DeviceEncryptsAllUserData : 1;
        USHORT ReadZeroAfterTrimSupported : 1;
        USHORT Optional28BitCommandsSupported : 1;
        USHORT IEEE1667 : 1;
        USHORT DownloadMicrocodeDmaSupported : 1;
        USHORT SetMaxSetPasswordUnlockDmaSupported : 1;
        USHORT WriteBufferDmaSupported : 1;
        USHORT ReadBufferDmaSupported : 1;
        USHORT DeviceConfigIdentifySetDmaSupported : 1;
        USHORT LPSAERCSupported : 1;
        USHORT DeterministicReadAfterTrimSupported : 1;
        USHORT CFastSpecSupported : 1;
    } AdditionalSupported; /* word 69 */
    USHORT ReservedWords70[5];
    USHORT QueueDepth : 5; /* word 75 */
    USHORT ReservedWord75 : 11;
    struct {
        USHORT Reserved0 : 1;
        USHORT SataGen1 : 1;
        USHORT SataGen2 : 1;
        USHORT SataGen3 : 1;
        USHORT Reserved1 : 4;
        USHORT NCQ : 1;
        USHORT HIPM : 1;
        USHORT PhyEvents : 1;
        USHORT NcqUnload : 1;
        USHORT NcqPriority : 1;
        USHORT HostAutoPS : 1;
        USHORT DeviceAutoPS : 1;
        USHORT ReadLogDMA : 1;
        USHORT Reserved2 : 1;
        USHORT CurrentSpeed : 3;
        USHORT NcqStreaming : 1;
        USHORT NcqQueueMgmt : 1;
        USHORT NcqReceiveSend : 1;
        USHORT DEVSLPtoReducedPwrState : 1;
        USHORT Reserved3 : 8;
    } SerialAtaCapabilities; /* words 76, 77 */
    struct {
        SIM_ATA_SATA_FEATURES(USHORT NCQAutosense : 1;)
    } SerialAtaFeaturesSupported; /* word 78 */
    struct {
        SIM_ATA_SATA_FEATURES(USHORT DeviceAutoPS : 1;)
    } SerialAtaFeaturesEnabled; /* word 79 */
    USHORT MajorRevision;
    USHORT MinorRevision;
    struct {
        SIM_ATA_COMMAND_SETS(USHORT WordValid83 : 2;, USHORT WordValid : 2;)
    } CommandSetSupport; /* words 82 to 84 */
    struct {
        SIM_ATA_COMMAND_SETS(USHORT Resrved3 : 1; USHORT Words119_120Valid : 1;, USHORT Reserved4 : 2;)
    } CommandSetActive;         /* words 85 to 87 */
    USHORT UltraDMASupport : 8; /* word 88 */
    USHORT UltraDMAActive : 8;
    struct {
        USHORT TimeRequired : 15;
        USHORT ExtendedTimeReported : 1;
    } NormalSecurityEraseUnit;
    struct {
        USHORT TimeRequired : 15;
        USHORT ExtendedTimeReported : 1;
    } EnhancedSecurityEraseUnit;
    USHORT CurrentAPMLevel : 8;
    USHORT ReservedWord91 : 8;
    USHORT MasterPasswordID;
    USHORT HardwareResetResult;
    USHORT CurrentAcousticValue : 8;
    USHORT RecommendedAcousticValue : 8;
    USHORT StreamMinRequestSize;
    USHORT StreamingTransferTimeDMA;
    USHORT StreamingAccessLatencyDMAPIO;
    ULONG StreamingPerfGranularity;
    ULONG Max48BitLBA[2]; /* word 100 */
    USHORT StreamingTransferTime;
    USHORT DsmCap;
    struct {
        USHORT LogicalSectorsPerPhysicalSector : 4;
        USHORT Reserved0 : 8;
        USHORT LogicalSectorLongerThan256Words : 1;
        USHORT MultipleLogicalSectorsPerPhysicalSector : 1;
        USHORT Reserved1 : 2;
    } PhysicalLogicalSectorSize; /* word 106 */
    USHORT InterSeekDelay;
    USHORT WorldWideName[4]; /* word 108 */
    USHORT ReservedForWorldWideName128[4];
    USHORT ReservedForTlcTechnicalReport;
    USHORT WordsPerLogicalSector[2]; /* word 117 */
    struct {
        SIM_ATA_COMMAND_SETS_EXT(USHORT WordValid : 2;)
    } CommandSetSupportExt; /* word 119 */
    struct {
        SIM_ATA_COMMAND_SETS_EXT(USHORT Reserved1 : 2;)
    } CommandSetActiveExt; /* word 120 */
    USHORT ReservedForExpandedSupportandActive[6];
    USHORT MsnSupport : 2; /* word 127 */
    USHORT ReservedWord127 : 14;
    struct {
        USHORT SecuritySupported : 1;
        USHORT SecurityEnabled : 1;
        USHORT SecurityLocked : 1;
        USHORT SecurityFrozen : 1;
        USHORT SecurityCountExpired : 1;
        USHORT EnhancedSecurityEraseSupported : 1;
        USHORT Reserved0 : 2;
        USHORT SecurityLevel : 1;
        USHORT Reserved1 : 7;
    } SecurityStatus; /* word 128 */
    USHORT ReservedWord129[31];
    struct {
        USHORT MaximumCurrentInMA : 12;
        USHORT CfaPowerMode1Disabled : 1;
        USHORT CfaPowerMode1Required : 1;
        USHORT Reserved0 : 1;
        USHORT Word160Supported : 1;
    } CfaPowerMode1; /* word 160 */
    USHORT ReservedForCfaWord161[7];
    USHORT NominalFormFactor : 4; /* word 168 */
    USHORT ReservedWord168 : 12;
    struct {
        USHORT SupportsTrim : 1;
        USHORT Reserved0 : 15;
    } DataSetManagementFeature; /* word 169 */
    USHORT AdditionalProductID[4];
    USHORT ReservedForCfaWord174[2];
    USHORT CurrentMediaSerialNumber[30]; /* word 176 */
    struct {
        USHORT Supported : 1;
        USHORT Reserved0 : 1;
        USHORT WriteSameSuported : 1;
        USHORT ErrorRecoveryControlSupported : 1;
        USHORT FeatureControlSuported : 1;
        USHORT DataTablesSuported : 1;
        USHORT Reserved1 : 6;
        USHORT VendorSpecific : 4;
    } SCTCommandTransport; /* word 206 */
    USHORT ReservedWord207[2];
    struct {
        USHORT AlignmentOfLogicalWithinPhysical : 14;
        USHORT Word209Supported : 1;
        USHORT Reserved0 : 1;
    } BlockAlignment; /* word 209 */
    USHORT WriteReadVerifySectorCountMode3Only[2];
    USHORT WriteReadVerifySectorCountMode2Only[2];
    struct {
        USHORT NVCachePowerModeEnabled : 1;
        USHORT Reserved0 : 3;
        USHORT NVCacheFeatureSetEnabled : 1;
        USHORT Reserved1 : 3;
        USHORT NVCachePowerModeVersion : 4;
        USHORT NVCacheFeatureSetVersion : 4;
    } NVCacheCapabilities; /* word 214 */
    USHORT NVCacheSizeLSW;
    USHORT NVCacheSizeMSW;
    USHORT NominalMediaRotationRate; /* word 217; 1: does not rotate */
    USHORT ReservedWord218;
    struct {
        UCHAR NVCacheEstimatedTimeToSpinUpInSeconds;
        UCHAR Reserved;
    } NVCacheOptions;
    USHORT WriteReadVerifySectorCountMode : 8;
    USHORT ReservedWord220 : 8;
    USHORT ReservedWord221;
    struct {
        USHORT MajorVersion : 12;
        USHORT TransportType : 4;
    } TransportMajorVersion; /* word 222 */
    USHORT TransportMinorVersion;
    USHORT ReservedWord224[6];
    ULONG ExtendedNumberOfUserAddressableSectors[2]; /* word 230 */
    USHORT MinBlocksPerDownloadMicrocodeMode03;
    USHORT MaxBlocksPerDownloadMicrocodeMode03;
    USHORT ReservedWord236[19];
    USHORT Signature : 8; /* word 255 */
    USHORT CheckSum : 8;
} IDENTIFY_DEVICE_DATA, *PIDENTIFY_DEVICE_DATA;
SIM_ASSERT_SIZE(IDENTIFY_DEVICE_DATA, 512);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, SerialNumber, 2 * 10);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, TrustedComputing, 2 * 48);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, UserAddressableSectors, 2 * 60);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, SerialAtaCapabilities, 2 * 76);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, CommandSetSupport, 2 * 82);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, Max48BitLBA, 2 * 100);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, PhysicalLogicalSectorSize, 2 * 106);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, CommandSetSupportExt, 2 * 119);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, SecurityStatus, 2 * 128);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, DataSetManagementFeature, 2 * 169);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, BlockAlignment, 2 * 209);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, NominalMediaRotationRate, 2 * 217);
SIM_ASSERT_OFFSET(IDENTIFY_DEVICE_DATA, ExtendedNumberOfUserAddressableSectors, 2 * 230);

/* Words 82, 83 and 85, 86 of a packet device. */
#define SIM_ATAPI_COMMAND_SETS(last)  \
    USHORT SmartCommands : 1;         \
    USHORT SecurityMode : 1;          \
    USHORT RemovableMedia : 1;        \
    USHORT PowerManagement : 1;       \
    USHORT PacketCommands : 1;        \
    USHORT WriteCache : 1;            \
    USHORT LookAhead : 1;             \
    USHORT ReleaseInterrupt : 1;      \
    USHORT ServiceInterrupt : 1;      \
    USHORT DeviceReset : 1;           \
    USHORT HostProtectedArea : 1;     \
    USHORT Obsolete1 : 1;             \
    USHORT WriteBuffer : 1;           \
    USHORT ReadBuffer : 1;            \
    USHORT Nop : 1;                   \
    USHORT Obsolete2 : 1;             \
    USHORT DownloadMicrocode : 1;     \
    USHORT Reserved1 : 2;             \
    USHORT AdvancedPm : 1;            \
    USHORT Msn : 1;                   \
    USHORT PowerUpInStandby : 1;      \
    USHORT ManualPowerUp : 1;         \
    USHORT Reserved2 : 1;             \
    USHORT SetMax : 1;                \
    USHORT Reserved3 : 3;             \
    USHORT FlushCache : 1;            \
    last

#define SIM_ATAPI_COMMAND_SETS_EXT \
    USHORT Reserved0 : 5;          \
    USHORT GpLogging : 1;          \
    USHORT Reserved1 : 2;          \
    USHORT WWN64Bit : 1;           \
    USHORT Reserved2 : 5;          \
    USHORT WordValid : 2;

typedef struct SIM_MS_LAYOUT _IDENTIFY_PACKET_DATA {
    struct {
        USHORT PacketType : 2;
        USHORT IncompleteResponse : 1;
        USHORT Reserved1 : 2;
        USHORT DrqDelay : 2;
        USHORT RemovableMedia : 1;
        USHORT CommandPacketType : 5;
        USHORT Reserved2 : 1;
        USHORT DeviceType : 2;
    } GeneralConfiguration;
    USHORT ResevedWord1;
    USHORT UniqueConfiguration;
    USHORT ReservedWords3[7];
    UCHAR SerialNumber[20]; /* word 10 */
    USHORT ReservedWords20[3];
    UCHAR FirmwareRevision[8];
    UCHAR ModelNumber[40];
    USHORT ReservedWords47[2];
    struct {
        USHORT VendorSpecific : 8;
        USHORT DmaSupported : 1;
        USHORT LbaSupported : 1;
        USHORT IordyDisabled : 1;
        USHORT IordySupported : 1;
        USHORT Obsolete : 1;
        USHORT OverlapSupported : 1;
        USHORT QueuedCommandsSupported : 1;
        USHORT InterleavedDmaSupported : 1;
        USHORT DeviceSpecificStandbyTimerValueMin : 1;
        USHORT Obsolete1 : 1;
        USHORT ReservedWord50 : 12;
        USHORT WordValid : 2;
    } Capabilities; /* words 49, 50 */
    USHORT ObsoleteWords51[2];
    USHORT TranslationFieldsValid : 3;
    USHORT Reserved3 : 13;
    USHORT ReservedWords54[8];
    struct {
        USHORT UDMA0Supported : 1;
        USHORT UDMA1Supported : 1;
        USHORT UDMA2Supported : 1;
        USHORT UDMA3Supported : 1;
        USHORT UDMA4Supported : 1;
        USHORT UDMA5Supported : 1;
        USHORT UDMA6Supported : 1;
        USHORT MDMA0Supported : 1;
        USHORT MDMA1Supported : 1;
        USHORT MDMA2Supported : 1;
        USHORT DMASupported : 1;
        USHORT ReservedWord62 : 4;
        USHORT DMADIRBitRequired : 1;
    } DMADIR; /* word 62 */
    USHORT MultiWordDMASupport : 8;
    USHORT MultiWordDMAActive : 8;
    USHORT AdvancedPIOModes : 8;
    USHORT ReservedByte64 : 8;
    USHORT MinimumMWXferCycleTime;
    USHORT RecommendedMWXferCycleTime;
    USHORT MinimumPIOCycleTime;
    USHORT MinimumPIOCycleTimeIORDY;
    USHORT ReservedWords69[2];
    USHORT BusReleaseDelay;
    USHORT ServiceCommandDelay;
    USHORT ReservedWords73[2];
    USHORT QueueDepth : 5;
    USHORT ReservedWord75 : 11;
    struct {
        USHORT Reserved0 : 1;
        USHORT SataGen1 : 1;
        USHORT SataGen2 : 1;
        USHORT SataGen3 : 1;
        USHORT Reserved1 : 5;
        USHORT HIPM : 1;
        USHORT PhyEvents : 1;
        USHORT Reserved3 : 2;
        USHORT HostAutoPS : 1;
        USHORT DeviceAutoPS : 1;
        USHORT Reserved4 : 1;
        USHORT Reserved5 : 1;
        USHORT CurrentSpeed : 3;
        USHORT SlimlineDeviceAttention : 1;
        USHORT HostEnvironmentDetect : 1;
        USHORT Reserved : 10;
    } SerialAtaCapabilities; /* words 76, 77 */
    struct {
        USHORT Reserved0 : 1;
        USHORT Reserved1 : 2;
        USHORT DIPM : 1;
        USHORT Reserved2 : 1;
        USHORT AsynchronousNotification : 1;
        USHORT SoftwareSettingsPreservation : 1;
        USHORT Reserved3 : 9;
    } SerialAtaFeaturesSupported; /* word 78 */
    struct {
        USHORT Reserved0 : 1;
        USHORT Reserved1 : 2;
        USHORT DIPM : 1;
        USHORT Reserved2 : 1;
        USHORT AsynchronousNotification : 1;
        USHORT SoftwareSettingsPreservation : 1;
        USHORT DeviceAutoPS : 1;
        USHORT Reserved3 : 8;
    } SerialAtaFeaturesEnabled; /* word 79 */
    USHORT MajorRevision;
    USHORT MinorRevision;
    struct {
        SIM_ATAPI_COMMAND_SETS(USHORT Reserved4 : 1; USHORT WordValid : 2;)
    } CommandSetSupport; /* words 82, 83 */
    struct {
        SIM_ATAPI_COMMAND_SETS_EXT
    } CommandSetSupportExt; /* word 84 */
    struct {
        SIM_ATAPI_COMMAND_SETS(USHORT Reserved : 3;)
    } CommandSetActive; /* words 85, 86 */
    struct {
        SIM_ATAPI_COMMAND_SETS_EXT
    } CommandSetActiveExt; /* word 87 */
    USHORT UltraDMASupport : 8;
    USHORT UltraDMAActive : 8;
    USHORT TimeRequiredForNormalEraseModeSecurityEraseUnit;
    USHORT TimeRequiredForEnhancedEraseModeSecurityEraseUnit;
    USHORT CurrentAPMLevel;
    USHORT MasterPasswordID;
    USHORT HardwareResetResult;
    USHORT ReservedWords94[14];
    USHORT WorldWideName[4]; /* word 108 */
    USHORT ReservedWords112[13];
    USHORT AtapiZeroByteCount; /* word 125 */
    USHORT ReservedWord126;
    USHORT MsnSupport : 2;
    USHORT ReservedWord127 : 14;
    USHORT SecurityStatus;
    USHORT VendorSpecific[31];
    USHORT ReservedWord160[16];
    USHORT ReservedWord176[46];
    struct {
        USHORT MajorVersion : 12;
        USHORT TransportType : 4;
    } TransportMajorVersion; /* word 222 */
    USHORT TransportMinorVersion;
    USHORT ReservedWord224[31];
    USHORT Signature : 8;
    USHORT CheckSum : 8;
} IDENTIFY_PACKET_DATA, *PIDENTIFY_PACKET_DATA;
SIM_ASSERT_SIZE(IDENTIFY_PACKET_DATA, 512);
SIM_ASSERT_OFFSET(IDENTIFY_PACKET_DATA, DMADIR, 2 * 62);
SIM_ASSERT_OFFSET(IDENTIFY_PACKET_DATA, SerialAtaCapabilities, 2 * 76);
SIM_ASSERT_OFFSET(IDENTIFY_PACKET_DATA, AtapiZeroByteCount, 2 * 125);

#include "../poppack.h"
