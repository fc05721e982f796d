/* Goes through every answer that fwctl can give, as any program would.   fwctl DEVICE */
#include <fcntl.h>

#include "uapi.h"
#include "row.h"

#define TWO_MIB (2u * 1024 * 1024)

static int device;

static int rpc(uint32_t scope, const void *inbox, uint32_t in_length, void *outbox, uint32_t out_length)
{
	struct fwctl_rpc argument = { sizeof(argument), scope, in_length, out_length, (uintptr_t)inbox, (uintptr_t)outbox };

	return ioctl(device, FWCTL_RPC, &argument);
}

static int info_of(struct fwctl_info *info, uint32_t size, void *data, uint32_t length)
{
	info->size = size;
	info->device_data_len = length;
	info->out_device_data = (uintptr_t)data;
	return ioctl(device, FWCTL_INFO, info);
}

/* A structure of a newer header: longer than the kernel knows. */
union newer {
	struct fwctl_info info;
	struct fwctl_rpc rpc;
	uint8_t bytes[3 * PAGE];
};

static void information(void)
{
	static union newer newer;
	struct fwctl_info info = { 0 };
	struct fwctl_info_mlx5 data = { 0 };
	uint8_t room[32];

	row("INFO", info_of(&info, sizeof(info), &data, sizeof(data)));
	fact("out_device_type", info.out_device_type);
	fact("device_data_len", info.device_data_len);
	fact("a UID", data.uid != 0);
	fact("uctx_caps", data.uctx_caps);
	memset(room, 0xee, sizeof(room));
	row("INFO with more room", info_of(&info, sizeof(info), room, sizeof(room)));
	fact("the rest of the room is 0", room[8] == 0 && room[31] == 0);
	memset(room, 0xee, sizeof(room));
	row("INFO with less room", info_of(&info, sizeof(info), room, 4));
	fact("nothing is written behind it", room[4] == 0xee);
	fact("device_data_len of less room", info.device_data_len);
	row("INFO with no room, at NULL", info_of(&info, sizeof(info), NULL, 0));
	fact("device_data_len of no room", info.device_data_len);
	row("INFO, data at NULL", info_of(&info, sizeof(info), NULL, 8));
	row("INFO, too short", info_of(&info, sizeof(info) - 1, &data, sizeof(data)));
	info.flags = 1;
	row("INFO with flags", info_of(&info, sizeof(info), &data, sizeof(data)));
	row("INFO at NULL", ioctl(device, FWCTL_INFO, NULL));
	row("INFO of a newer header", info_of(&newer.info, sizeof(newer), &data, sizeof(data)));
	newer.bytes[sizeof(newer) - 1] = 1;
	row("INFO of a newer header that is used", info_of(&newer.info, sizeof(newer), &data, sizeof(data)));
}

static void structures(void)
{
	static union newer newer;
	struct fwctl_rpc argument = { 31, 1, 16, 112, (uintptr_t)in, (uintptr_t)out };
	uint8_t *page = page_before_nothing(PROT_READ | PROT_WRITE);

	command(0x10a, 0);
	row("RPC, too short", ioctl(device, FWCTL_RPC, &argument));
	row("RPC at NULL", ioctl(device, FWCTL_RPC, NULL));
	argument.size = 32;
	memcpy(page + PAGE - 31, &argument, 31);
	row("RPC over a page border", ioctl(device, FWCTL_RPC, page + PAGE - 31));
	newer.rpc = argument;
	newer.rpc.size = sizeof(newer);
	row("RPC of a newer header", ioctl(device, FWCTL_RPC, &newer));
	newer.bytes[32] = 1;
	row("RPC of a newer header that is used", ioctl(device, FWCTL_RPC, &newer));
	row("unknown number", ioctl(device, _IO(0x9a, 2), &argument));
	row("another driver's number", ioctl(device, _IO(0x5c, 1), &argument));
}

static void lengths(void)
{
	uint8_t *large = calloc(1, TWO_MIB);

	command(0x10a, 0);
	memcpy(large, in, 16);
	row("in_len over 2 MiB", rpc(1, in, TWO_MIB + 1, out, 112));
	row("out_len over 2 MiB", rpc(1, in, 16, out, TWO_MIB + 1));
	row("the length is judged before the scope", rpc(9, in, TWO_MIB + 1, out, 112));
	row("in_len of 2 MiB", rpc(1, large, TWO_MIB, out, 112));
	row("in_len 15", rpc(1, in, 15, out, 112));
	row("out_len 15", rpc(1, in, 16, out, 15));
	row("the inbox is copied before its length is judged", rpc(1, NULL, 15, out, 112));
	row("outbox that holds the header only", rpc(1, in, 16, out, 16));
	free(large);
}

static void pointers(void)
{
	uint8_t *fixed = page_before_nothing(PROT_READ);
	uint8_t *page = page_before_nothing(PROT_READ | PROT_WRITE);

	command(0x10a, 0);
	row("inbox at NULL", rpc(1, NULL, 16, out, 112));
	row("outbox at NULL", rpc(1, in, 16, NULL, 112));
	row("outbox in a read-only page", rpc(1, in, 16, fixed, 112));
	row("inbox over a page border", rpc(1, page + PAGE - 15, 16, out, 112));
	row("outbox over a page border", rpc(1, in, 16, page + PAGE - 16, 112));
	memcpy(page + PAGE - 16, in, 16);
	row("inbox up to a page border", rpc(1, page + PAGE - 16, 16, out, 112));
}

static void scopes(void)
{
	command(0x10a, 0);
	row("unknown scope", rpc(4, in, 16, out, 112));
	row("the scope is judged before the pointer", rpc(4, NULL, 16, out, 112));
	row("QUERY_ISSI, scope 0", rpc(0, in, 16, out, 112));
	row("QUERY_ISSI, scope 1", rpc(1, in, 16, out, 112));
	command(0x100, 1);
	row("QUERY_HCA_CAP, scope 0", rpc(0, in, 16, out, 4112));
	access_reg(1, 0x5006);
	in[17] = 1;
	row("register read, scope 0", rpc(0, in, 32, out, 32));
	row("register read, scope 1", rpc(1, in, 32, out, 32));
	access_reg(0, 0x9020);
	row("register write, scope 0", rpc(0, in, 16 + 160, out, 16 + 160));
	command(0x800, 0);
	row("ALLOC_PD, scope 2", rpc(2, in, 16, out, 16));
	command(0x820, 0);
	row("SET_DIAGNOSTIC_PARAMS, scope 1", rpc(1, in, 32, out, 16));
	row("SET_DIAGNOSTIC_PARAMS, scope 2", rpc(2, in, 32, out, 16));
	row("SET_DIAGNOSTIC_PARAMS, scope 3", rpc(3, in, 32, out, 16));
	drop_capability(CAP_SYS_RAWIO);
	row("scope 3 without CAP_SYS_RAWIO", rpc(3, in, 32, out, 16));
	row("scope 2 without CAP_SYS_RAWIO", rpc(2, in, 32, out, 16));
}

int main(int argc, char **argv)
{
	if (argc != 2 || (device = open(argv[1], O_RDWR)) < 0) {
		perror("usage: fwctl DEVICE");
		return 2;
	}
	information();
	structures();
	lengths();
	pointers();
	scopes();
	return 0;
}
