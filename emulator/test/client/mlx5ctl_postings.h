/* The three earlier postings of mlx5ctl's header, as they were before the fourth changed every structure:
 * V1 of 18 October 2023, V2 of 19 November 2023, V3 of 20 November 2023. */
#ifndef MLX5CTL_POSTINGS_H
#define MLX5CTL_POSTINGS_H

#include <stdint.h>
#include <sys/ioctl.h>

#define MAGIC 0x5c

struct v1_info {
	uint64_t flags;
	uint32_t size;
	uint8_t devname[64];
	uint16_t uctx_uid;
	uint16_t reserved1;
	uint32_t uctx_cap;
	uint32_t dev_uctx_cap;
	uint32_t ucap;
	uint32_t reserved2[4];
};

struct v1_cmdrpc {
	uint64_t in;
	uint64_t out;
	uint32_t inlen;
	uint32_t outlen;
	uint64_t flags;
};

struct v1_umem_reg {
	uint64_t addr;
	uint64_t len;
	uint64_t flags;
	uint32_t umem_id;
	uint32_t reserved[7];
};

#define V1_INFO _IOR(MAGIC, 0, struct v1_info)
#define V1_CMDRPC _IOWR(MAGIC, 1, struct v1_cmdrpc)
#define V1_UMEM_REG _IOWR(MAGIC, 2, struct v1_umem_reg)
/* The argument is the id itself. */
#define V1_UMEM_UNREG _IOWR(MAGIC, 3, unsigned long)

struct v2_info {
	uint64_t flags;
	uint32_t size;
	uint8_t devname[64];
	uint16_t uctx_uid;
	uint16_t reserved1;
	uint32_t uctx_cap;
	uint32_t dev_uctx_cap;
	uint32_t ucap;
	uint32_t reserved2;
};

struct v2_umem_reg {
	uint64_t flags;
	uint32_t size;
	uint32_t reserved1;
	uint64_t addr;
	uint64_t len;
	uint32_t umem_id;
	uint32_t reserved2;
};

#define V2_INFO _IOR(MAGIC, 0, struct v2_info)
#define V2_CMDRPC V1_CMDRPC
#define V2_UMEM_REG _IOWR(MAGIC, 2, struct v2_umem_reg)
/* The argument is the id itself. */
#define V2_UMEM_UNREG _IO(MAGIC, 3)

struct v3_umem_unreg {
	uint64_t flags;
	uint32_t size;
	uint32_t umem_id;
};

#define V3_UMEM_UNREG _IOWR(MAGIC, 3, struct v3_umem_unreg)

#endif
