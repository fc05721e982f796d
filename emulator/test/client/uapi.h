/* The two interfaces as their headers declare them, for programs that check the emulator from outside.
 * mlx5ctl: include/uapi/misc/mlx5ctl.h of the fourth posting (6 February 2024); fwctl: include/uapi/fwctl. */
#ifndef UAPI_H
#define UAPI_H

#include <stdint.h>
#include <sys/ioctl.h>

struct mlx5ctl_info {
	uint16_t uctx_uid;
	uint16_t reserved1;
	uint32_t uctx_cap;
	uint32_t dev_uctx_cap;
	uint32_t ucap;
};

struct mlx5ctl_cmdrpc {
	uint64_t in;
	uint64_t out;
	uint32_t inlen;
	uint32_t outlen;
};

struct mlx5ctl_umem_reg {
	uint64_t addr;
	uint64_t len;
	uint32_t umem_id;
	uint32_t reserved1;
};

struct mlx5ctl_umem_unreg {
	uint32_t umem_id;
	uint32_t reserved1;
};

#define MLX5CTL_IOC_MAGIC 0x5c
#define MLX5CTL_IOCTL_INFO _IOR(MLX5CTL_IOC_MAGIC, 0, struct mlx5ctl_info)
#define MLX5CTL_IOCTL_CMDRPC _IOWR(MLX5CTL_IOC_MAGIC, 1, struct mlx5ctl_cmdrpc)
#define MLX5CTL_IOCTL_UMEM_REG _IOWR(MLX5CTL_IOC_MAGIC, 2, struct mlx5ctl_umem_reg)
#define MLX5CTL_IOCTL_UMEM_UNREG _IOWR(MLX5CTL_IOC_MAGIC, 3, struct mlx5ctl_umem_unreg)

struct fwctl_info {
	uint32_t size;
	uint32_t flags;
	uint32_t out_device_type;
	uint32_t device_data_len;
	uint64_t out_device_data;
};

struct fwctl_rpc {
	uint32_t size;
	uint32_t scope;
	uint32_t in_len;
	uint32_t out_len;
	uint64_t in;
	uint64_t out;
};

struct fwctl_info_mlx5 {
	uint32_t uid;
	uint32_t uctx_caps;
};

#define FWCTL_TYPE 0x9A
#define FWCTL_INFO _IO(FWCTL_TYPE, 0)
#define FWCTL_RPC _IO(FWCTL_TYPE, 1)

#endif
