import {
  addTileSchema,
  boardAnswersQuery,
  boardAnswersView,
  boardItem,
  boardsQuery,
  boardView,
  copyBoardSchema,
  refreshBoardSchema,
  refreshedView,
  saveBoardSchema,
  updateBoardSchema,
} from "@/lib/boards/schema";
import { favouriteSchema } from "@/lib/queries/schema";
import { operation } from "../operation";
import { ended, idParams, listOf } from "./fields";

const board = { 200: { description: "The board", schema: boardView } };
const made = { 201: { description: "Made", schema: boardView } };

export const boards = {
  list: operation({
    method: "GET",
    path: "/boards",
    summary: "Boards that you open by yourself, last changed first",
    action: "board.read",
    query: boardsQuery,
    answers: { 200: { description: "One page, without tiles", schema: listOf(boardItem) } },
  }),
  create: operation({
    method: "POST",
    path: "/boards",
    summary: "Make a board of charts, tables and text with shared parameters",
    action: "board.write",
    body: saveBoardSchema,
    answers: made,
  }),
  read: operation({
    method: "GET",
    path: "/boards/{id}",
    summary: "One board: its parameters and tiles",
    action: "board.read",
    params: idParams,
    answers: board,
  }),
  update: operation({
    method: "PATCH",
    path: "/boards/{id}",
    summary: "Change it; what is left out stays. 409 with the latest when `revision` is an older one",
    action: "board.write",
    params: idParams,
    body: updateBoardSchema,
    answers: board,
  }),
  remove: operation({
    method: "DELETE",
    path: "/boards/{id}",
    summary: "Delete it for good; the queries that it shows stay. PATCH {archived: true} only takes it out of lists",
    action: "board.write",
    params: idParams,
    answers: ended,
  }),
  addTile: operation({
    method: "POST",
    path: "/boards/{id}/tiles",
    summary: "Put a query or a chart of one at its end, with the parameters that the board does not have",
    action: "board.write",
    params: idParams,
    body: addTileSchema,
    answers: made,
  }),
  copy: operation({
    method: "POST",
    path: "/boards/{id}/copy",
    summary: "A board of your own with the same tiles",
    action: "board.write",
    params: idParams,
    body: copyBoardSchema,
    answers: made,
  }),
  favourite: operation({
    method: "PUT",
    path: "/boards/{id}/favourite",
    summary: "Your own star, or none",
    action: "query.favourite",
    params: idParams,
    body: favouriteSchema,
    answers: ended,
  }),
  answers: operation({
    method: "GET",
    path: "/boards/{id}/answers",
    summary: "The newest stored answer in each tile, for these values of the board's parameters",
    action: "board.read",
    params: idParams,
    query: boardAnswersQuery,
    answers: { 200: { description: "Of every tile with a query, each with its own state", schema: boardAnswersView } },
  }),
  refresh: operation({
    method: "POST",
    path: "/boards/{id}/executions",
    summary: "Run what its tiles show; one that cannot be run says why and the others run",
    action: "query.run",
    params: idParams,
    body: refreshBoardSchema,
    answers: { 202: { description: "An execution for each tile", schema: refreshedView } },
  }),
};
