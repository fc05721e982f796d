/* Goes through every answer that mlx5ctl V4 can give, as any program would.   mlx5ctl DEVICE */
#include <fcntl.h>

#include "uapi.h"
#include "row.h"

static int device;

static int rpc(const void *inbox, uint32_t in_length, void *outbox, uint32_t out_length)
{
	struct mlx5ctl_cmdrpc argument = { (uintptr_t)inbox, (uintptr_t)outbox, in_length, out_length };

	return ioctl(device, MLX5CTL_IOCTL_CMDRPC, &argument);
}

static void information(const char *path)
{
	struct mlx5ctl_info info, second;
	int other = open(path, O_RDWR);

	memset(&info, 0xee, sizeof(info));
	row("INFO", ioctl(device, MLX5CTL_IOCTL_INFO, &info));
	fact("uctx_uid", info.uctx_uid);
	fact("uctx_cap", info.uctx_cap);
	fact("dev_uctx_cap", info.dev_uctx_cap);
	fact("ucap", info.ucap);
	fact("reserved1", info.reserved1);
	row("INFO of a second file", ioctl(other, MLX5CTL_IOCTL_INFO, &second));
	fact("the second file has a UID of its own", second.uctx_uid != info.uctx_uid);
	close(other);
}

static void numbers(void)
{
	uint8_t any[128] = { 0 };

	row("unknown number", ioctl(device, _IO(0x5c, 9), any));
	row("another driver's number", ioctl(device, _IO(0x9a, 0), any));
	row("INFO of V1", ioctl(device, 0x80705c00, any));
	row("INFO of V3", ioctl(device, 0x80605c00, any));
	row("CMDRPC of V3", ioctl(device, 0xc0205c01, any));
}

static void lengths(void)
{
	command(0x10a, 0);
	row("inlen 15", rpc(in, 15, out, 112));
	row("outlen 15", rpc(in, 16, out, 15));
	row("inlen 262145", rpc(in, 262145, out, 112));
	row("outlen 262145", rpc(in, 16, out, 262145));
	row("the length is judged before the pointer", rpc(NULL, 15, NULL, 16));
	row("inlen 262144", rpc(in, 262144, out, 112));
	row("outlen 262144", rpc(in, 16, out, 262144));
	row("outbox that holds the header only", rpc(in, 16, out, 16));
}

static void pointers(void)
{
	uint8_t *readable = page_before_nothing(PROT_READ | PROT_WRITE);
	uint8_t *fixed = page_before_nothing(PROT_READ);
	uint8_t *written = readable + PAGE - 32;

	command(0x10a, 0);
	row("inbox at NULL", rpc(NULL, 16, out, 112));
	row("outbox at NULL", rpc(in, 16, NULL, 112));
	row("outbox in a read-only page", rpc(in, 16, fixed, 112));
	row("inbox in a page without access", rpc(readable + PAGE, 16, out, 112));
	row("inbox over a page border", rpc(readable + PAGE - 15, 16, out, 112));
	memcpy(readable + PAGE - 16, in, 16);
	row("inbox up to a page border", rpc(readable + PAGE - 16, 16, out, 112));
	memset(written, 0xee, 32);
	row("outbox over a page border", rpc(in, 16, written, 112));
	fact("what lies before the border is written", written[0] == 0 && written[31] == 0);
	row("outbox up to a page border", rpc(in, 16, readable + PAGE - 112, 112));
	row("structure at NULL", ioctl(device, MLX5CTL_IOCTL_CMDRPC, NULL));
}

static void commands(void)
{
	command(0x10a, 0);
	in[2] = in[3] = 0xff;
	row("the driver overwrites the uid", rpc(in, 16, out, 112));
	fact("QUERY_ISSI supported_issi_dw0", be32(out + 0x6c));
	command(0xfff, 0);
	row("unknown opcode", rpc(in, 16, out, 16));
	command(0xa04, 0);
	row("CREATE_UCTX by a user", rpc(in, 64, out, 16));

	access_reg(1, 0x5006);
	in[17] = 1;
	row("PAOS", rpc(in, 32, out, 32));
	fact("PAOS local_port", out[17]);
	row("PAOS with 3,100 bytes", rpc(in, 16 + 3100, out, 16 + 3100));
	fact("the rest of a longer outbox is 0", out[32] == 0 && out[3115] == 0);
	row("PAOS, inbox too short", rpc(in, 31, out, 32));
	row("PAOS, outbox too short", rpc(in, 32, out, 31));
	in[17] = 9;
	row("PAOS of a port that is not there", rpc(in, 32, out, 32));
	access_reg(1, 0x9fff);
	row("register that is not there", rpc(in, 64, out, 64));
	access_reg(1, 0x5004);
	in[17] = 1;
	in[19] = 4;
	row("PTYS in the 64 bytes of older programs", rpc(in, 16 + 64, out, 16 + 64));
	access_reg(0, 0x9020);
	row("write of a read-only register", rpc(in, 16 + 160, out, 16 + 160));
	command(0x100, 0x12 << 1);
	row("capability type that is not there", rpc(in, 16, out, 4112));
}

static void memory(void)
{
	struct mlx5ctl_umem_reg reg = { .addr = (uintptr_t)in, .len = 0 };
	struct mlx5ctl_umem_unreg unreg = { 0 };

	row("umem of 0 bytes", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg));
	reg.len = 64 * 1024 * 1024 + 1;
	row("umem of more than 64 MiB", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg));
	reg.len = 8192;
	row("umem", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg));
	unreg.umem_id = reg.umem_id;
	fact("umem has an id", reg.umem_id != 0);
	row("umem taken back", ioctl(device, MLX5CTL_IOCTL_UMEM_UNREG, &unreg));
	fact("umem_id is left alone", unreg.umem_id == reg.umem_id);
	row("umem taken back twice", ioctl(device, MLX5CTL_IOCTL_UMEM_UNREG, &unreg));
	reg.addr = (uintptr_t)page_before_nothing(PROT_READ | PROT_WRITE);
	row("umem over memory without access", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg));
}

static void without_admin(void)
{
	struct mlx5ctl_info info;

	drop_capability(CAP_SYS_ADMIN);
	command(0x10a, 0);
	row("INFO without CAP_SYS_ADMIN", ioctl(device, MLX5CTL_IOCTL_INFO, &info));
	row("CMDRPC without CAP_SYS_ADMIN", rpc(in, 16, out, 112));
	row("unknown number without CAP_SYS_ADMIN", ioctl(device, _IO(0x5c, 9), 0));
}

int main(int argc, char **argv)
{
	if (argc != 2 || (device = open(argv[1], O_RDWR)) < 0) {
		perror("usage: mlx5ctl DEVICE");
		return 2;
	}
	information(argv[1]);
	numbers();
	lengths();
	pointers();
	commands();
	memory();
	without_admin();
	return 0;
}
