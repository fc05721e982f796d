/* Prints what the C compiler makes of the structures: sizes, offsets and ioctl numbers, as one JSON object. */
#include <stddef.h>
#include <stdio.h>

#include "uapi.h"
#include "mlx5ctl_postings.h"

#define NUMBER(name) printf("%s\"" #name "\": %lu", separator(), (unsigned long)(name))
#define SIZE(type) printf("%s\"sizeof " #type "\": %zu", separator(), sizeof(struct type))
#define OFFSET(type, field) printf("%s\"" #type "." #field "\": %zu", separator(), offsetof(struct type, field))

static const char *separator(void)
{
	static int started;
	return started++ ? ",\n" : "{\n";
}

int main(void)
{
	NUMBER(MLX5CTL_IOCTL_INFO);
	NUMBER(MLX5CTL_IOCTL_CMDRPC);
	NUMBER(MLX5CTL_IOCTL_UMEM_REG);
	NUMBER(MLX5CTL_IOCTL_UMEM_UNREG);
	NUMBER(V1_INFO);
	NUMBER(V1_CMDRPC);
	NUMBER(V1_UMEM_REG);
	NUMBER(V1_UMEM_UNREG);
	NUMBER(V2_INFO);
	NUMBER(V2_CMDRPC);
	NUMBER(V2_UMEM_REG);
	NUMBER(V2_UMEM_UNREG);
	NUMBER(V3_UMEM_UNREG);
	NUMBER(FWCTL_INFO);
	NUMBER(FWCTL_RPC);
	SIZE(mlx5ctl_info);
	SIZE(mlx5ctl_cmdrpc);
	SIZE(mlx5ctl_umem_reg);
	SIZE(mlx5ctl_umem_unreg);
	SIZE(v1_info);
	SIZE(v1_cmdrpc);
	SIZE(v1_umem_reg);
	SIZE(v2_info);
	SIZE(v2_umem_reg);
	SIZE(v3_umem_unreg);
	SIZE(fwctl_info);
	SIZE(fwctl_rpc);
	SIZE(fwctl_info_mlx5);
	OFFSET(mlx5ctl_info, uctx_uid);
	OFFSET(mlx5ctl_info, uctx_cap);
	OFFSET(mlx5ctl_info, dev_uctx_cap);
	OFFSET(mlx5ctl_info, ucap);
	OFFSET(mlx5ctl_cmdrpc, in);
	OFFSET(mlx5ctl_cmdrpc, out);
	OFFSET(mlx5ctl_cmdrpc, inlen);
	OFFSET(mlx5ctl_cmdrpc, outlen);
	OFFSET(mlx5ctl_umem_reg, addr);
	OFFSET(mlx5ctl_umem_reg, len);
	OFFSET(mlx5ctl_umem_reg, umem_id);
	OFFSET(mlx5ctl_umem_unreg, umem_id);
	OFFSET(v1_info, size);
	OFFSET(v1_info, devname);
	OFFSET(v1_info, uctx_uid);
	OFFSET(v1_info, uctx_cap);
	OFFSET(v1_info, dev_uctx_cap);
	OFFSET(v1_info, ucap);
	OFFSET(v1_cmdrpc, in);
	OFFSET(v1_cmdrpc, out);
	OFFSET(v1_cmdrpc, inlen);
	OFFSET(v1_cmdrpc, outlen);
	OFFSET(v1_cmdrpc, flags);
	OFFSET(v1_umem_reg, flags);
	OFFSET(v1_umem_reg, addr);
	OFFSET(v1_umem_reg, len);
	OFFSET(v1_umem_reg, umem_id);
	OFFSET(v2_info, size);
	OFFSET(v2_info, devname);
	OFFSET(v2_info, uctx_uid);
	OFFSET(v2_info, uctx_cap);
	OFFSET(v2_info, dev_uctx_cap);
	OFFSET(v2_info, ucap);
	OFFSET(v2_umem_reg, flags);
	OFFSET(v2_umem_reg, size);
	OFFSET(v2_umem_reg, addr);
	OFFSET(v2_umem_reg, len);
	OFFSET(v2_umem_reg, umem_id);
	OFFSET(v3_umem_unreg, flags);
	OFFSET(v3_umem_unreg, size);
	OFFSET(v3_umem_unreg, umem_id);
	OFFSET(fwctl_info, size);
	OFFSET(fwctl_info, flags);
	OFFSET(fwctl_info, out_device_type);
	OFFSET(fwctl_info, device_data_len);
	OFFSET(fwctl_info, out_device_data);
	OFFSET(fwctl_rpc, size);
	OFFSET(fwctl_rpc, scope);
	OFFSET(fwctl_rpc, in_len);
	OFFSET(fwctl_rpc, out_len);
	OFFSET(fwctl_rpc, in);
	OFFSET(fwctl_rpc, out);
	OFFSET(fwctl_info_mlx5, uid);
	OFFSET(fwctl_info_mlx5, uctx_caps);
	printf("\n}\n");
	return 0;
}
