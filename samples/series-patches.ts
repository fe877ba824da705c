import type { FilePatch } from './diff';

/** A patch of the series, in one of its versions. */
export interface Piece {
  title: string;
  message: string;
  files: (version: number) => FilePatch[];
}

const jumpEntry = (version: number): string[] => [
  ' int kexec_load_disabled;',
  ' ',
  '+/*',
  '+ * Goes to the loaded kernel and comes back when that one jumps to us.',
  '+ */',
  `+int kernel_kexec_jump(${version < 3 ? 'void' : 'unsigned int flags'})`,
  '+{',
  '+\tint error;',
  '+',
  ...(version < 2 ? [] : ['+\tif (!kexec_image)', '+\t\treturn -EINVAL;']),
  ...(version < 3 ? [] : ['+\tif (flags & ~KEXEC_JUMP_FLAGS)', '+\t\treturn -EINVAL;']),
  '+\terror = device_suspend(PMSG_FREEZE);',
  '+\tif (error)',
  '+\t\treturn error;',
  '+\tlocal_irq_disable();',
  '+\tmachine_kexec_jump(kexec_image);',
  '+\tlocal_irq_enable();',
  '+\tdevice_resume();',
  '+\treturn 0;',
  '+}',
  '+',
  ' static int kimage_is_destination_range(struct kimage *image,',
  ' \t\t\t\t       unsigned long start,',
  ' \t\t\t\t       unsigned long end);',
];

const swapPages = (version: number): string[] => [
  ' \tmovl\t%eax, %cr3',
  ' ',
  '-\t/* Copy the page over its destination. */',
  '+\t/* Exchange the page with its destination, through a spare page. */',
  ...(version < 2 ? [] : ['+\tmovl\t%edx, %esi']),
  ' \tmovl\t$1024, %ecx',
  '-\trep ; movsl',
  '+\tcall\tswap_page',
  ...(version < 4 ? [] : ['+\ttestl\t%eax, %eax', '+\tjnz\t2f']),
  ' \tjmp\t0b',
  ' ',
];

const saveRegion = (version: number): string[] => [
  '+#include <linux/module.h>',
  '+#include <linux/kexec.h>',
  '+',
  `+#define SAVE_REGIONS ${version < 3 ? 8 : 32}`,
  '+',
  '+static struct kexec_region saved[SAVE_REGIONS];',
  '+',
  '+int kexec_save_region(unsigned long start, unsigned long end)',
  '+{',
  '+\tint i;',
  '+',
  '+\tfor (i = 0; i < SAVE_REGIONS; i++) {',
  '+\t\tif (saved[i].end)',
  '+\t\t\tcontinue;',
  '+\t\tsaved[i].start = start;',
  '+\t\tsaved[i].end = end;',
  '+\t\treturn 0;',
  '+\t}',
  '+\treturn -ENOSPC;',
  '+}',
  ...(version < 2 ? [] : ['+EXPORT_SYMBOL_GPL(kexec_save_region);']),
];

const documentation = (version: number): string[] => [
  ' Contact',
  ' -------',
  ' ',
  '+Jumping back',
  '+------------',
  '+',
  '+A kernel loaded with --load-preserve-context may return to the one that',
  '+loaded it. Devices are frozen before the jump and thawed after the return.',
  ...(version < 5 ? [] : ['+', '+Memory given to the second kernel must not be touched by the first.']),
  '+',
  ' Questions go to the list that is named at the head of this file.',
];

export const PIECES: readonly Piece[] = [
  {
    title: 'kexec: add an entry that comes back',
    message: `The present entry is a road of one way: the old kernel is given up. Add a
second entry which freezes the devices, jumps, and goes on behind the jump
when the loaded kernel returns.`,
    files: (version) => [
      { path: 'kernel/kexec.c', hunks: [{ line: 38, of: 'note_buf_t *crash_notes;', lines: jumpEntry(version) }] },
      {
        path: 'include/linux/kexec.h',
        hunks: [
          {
            line: 121,
            lines: [
              ' extern void machine_kexec(struct kimage *image);',
              `+extern int kernel_kexec_jump(${version < 3 ? 'void' : 'unsigned int flags'});`,
              ' extern int machine_kexec_prepare(struct kimage *image);',
            ],
          },
        ],
      },
    ],
  },
  {
    title: 'x86: exchange pages where kexec copied them',
    message: `To come back we need what was there before. Exchange each page with its
destination, so that the image of the second kernel ends up where the
memory of the first was taken from, and a second run puts both back.`,
    files: (version) => [
      {
        path: 'arch/x86/kernel/relocate_kernel_32.S',
        hunks: [
          { line: 97, of: 'relocate_new_kernel:', lines: swapPages(version) },
          {
            line: 140,
            lines: [' \tret', ' ', '+swap_page:', '+\txchgl\t(%edi), %eax', '+\tret', '+', ' identity_mapped:'],
          },
        ],
      },
    ],
  },
  {
    title: 'kexec: keep a list of regions to be saved',
    message: `A kernel for hibernation has to know which memory of the first one is
worth writing. Keep the regions in a table of fixed size, which can be
read without trust in anything else.`,
    files: (version) => [
      { path: 'kernel/kexec_region.c', created: true, hunks: [{ line: 1, lines: saveRegion(version) }] },
      {
        path: 'kernel/Makefile',
        hunks: [
          {
            line: 44,
            lines: [
              ' obj-$(CONFIG_KEXEC) += kexec.o',
              '+obj-$(CONFIG_KEXEC_JUMP) += kexec_region.o',
              ' obj-$(CONFIG_COMPAT) += compat.o',
            ],
          },
        ],
      },
    ],
  },
  {
    title: 'Documentation: describe the jump back',
    message: `Say what is frozen, what is kept, and what the second kernel must leave
alone.`,
    files: (version) => [
      { path: 'Documentation/kdump/kdump.txt', hunks: [{ line: 411, lines: documentation(version) }] },
    ],
  },
];
