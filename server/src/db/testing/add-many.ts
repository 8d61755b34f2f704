// A process of its own that adds one to the setting `counter`, so many times, each in a transaction.
import { openDb } from '#db/open.ts';
import { transact } from '#db/transaction.ts';

const [, , file = '', times = '0'] = process.argv;
const db = await openDb(file);
for (let time = 0; time < Number(times); time += 1)
  await transact(db, async (tx) => {
    const counter = tx.selectFrom('settings').select('value').where('name', '=', 'counter');
    const value = Number((await counter.executeTakeFirstOrThrow()).value) + 1;
    await tx
      .updateTable('settings')
      .set({ value: String(value) })
      .where('name', '=', 'counter')
      .execute();
  });
await db.destroy();
