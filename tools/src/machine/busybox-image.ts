// Makes a small image from Debian's busybox-static, for machines that reach no registry.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importImage } from './engine-api.ts';
import { mustRun } from './run-program.ts';

const busybox = '/bin/busybox';

/** /bin with every applet, /etc/passwd, /tmp: what the small pages and shells of the sample and the tests need. */
export const makeBusyboxImage = async (socket: string, image: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-image-'));
  try {
    for (const name of ['bin', 'etc', 'tmp', 'root', 'var']) mkdirSync(join(folder, name));
    copyFileSync(busybox, join(folder, 'bin/busybox'));
    const applets = (await mustRun(busybox, ['--list'], { limitMs: 10_000 })).output.trim().split('\n');
    for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(folder, 'bin', applet));
    writeFileSync(
      join(folder, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    );
    writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
    const tar = spawn('tar', ['-C', folder, '--owner=0', '--group=0', '-c', '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await importImage(socket, image, tar.stdout, [
      'CMD ["sh"]',
      'ENV PATH=/bin',
      'LABEL io.berth.made-from=busybox-static',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
